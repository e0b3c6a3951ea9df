// The console's pages of connections in one table; see pages.ts.
import type { ConnectionViewModels } from './admin-connection-models.ts';
import type { Message } from './view-models.ts';

type ConnectionPages = {
  readonly [V in keyof ConnectionViewModels]: {
    layout: 'admin';
    /** `any` where the answer to the form is a redirect to the provider. */
    formAction: 'self' | 'any';
    title(model: ConnectionViewModels[V]): Message;
  };
};

const page = { layout: 'admin', formAction: 'self' } as const;

export const connectionPages: ConnectionPages = {
  'admin/connections': { ...page, title: () => ({ key: 'admin.connections.title' }) },
  'admin/connection': {
    ...page,
    title: ({ connection }) => ({ key: 'admin.connection.title', values: { name: connection.name } }),
  },
  'admin/connection-presets': { ...page, title: () => ({ key: 'admin.connections.add' }) },
  'admin/connection-edit': { ...page, title: ({ title }) => title },
  'admin/connection-act': { ...page, title: ({ title }) => title },
  'admin/connection-test': {
    ...page,
    formAction: 'any',
    title: ({ name }) => ({ key: 'admin.connection.test.title', values: { name } }),
  },
};
