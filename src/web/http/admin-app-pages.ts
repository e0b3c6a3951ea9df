// The console's pages of client apps in one table; see pages.ts.
import type { AppViewModels } from './admin-app-models.ts';
import type { Message } from './view-models.ts';

type AppPages = {
  readonly [V in keyof AppViewModels]: {
    layout: 'admin';
    formAction: 'self';
    title(model: AppViewModels[V]): Message;
  };
};

const page = { layout: 'admin', formAction: 'self' } as const;

export const appPages: AppPages = {
  'admin/apps': { ...page, title: () => ({ key: 'admin.apps.title' }) },
  'admin/app': { ...page, title: ({ app }) => ({ key: 'admin.app.title', values: { app: app.name } }) },
  'admin/app-types': { ...page, title: () => ({ key: 'admin.apps.register' }) },
  'admin/app-register': { ...page, title: () => ({ key: 'admin.apps.register' }) },
  'admin/app-secret': { ...page, title: ({ title }) => title },
  'admin/app-change': { ...page, title: ({ name }) => ({ key: 'admin.app.change.title', values: { app: name } }) },
  'admin/app-policy': { ...page, title: ({ name }) => ({ key: 'admin.appPolicy.title', values: { app: name } }) },
  'admin/app-act': { ...page, title: ({ title }) => title },
};
