// The console's page of an app's own sign-in rules, in every state.
import { consoleModel } from './preview-console.ts';
import { form, long, type Screen, unbroken } from './preview-samples.ts';

const page = {
  ...consoleModel,
  ...form(),
  name: 'Acme Time',
  isDeclared: false,
  given: { mfa: 'optional', ipAllowList: '', maxAgeMinutes: '', idleTimeoutMinutes: '', absoluteTimeoutHours: '' },
  was: '1',
  cancelUrl: '/admin/apps/time',
};

export const consoleAppPolicy: Screen[] = [
  { state: 'nothing stated', view: 'admin/app-policy', model: page },
  {
    state: 'saved',
    view: 'admin/app-policy',
    model: {
      ...page,
      notice: { key: 'admin.policy.saved' },
      given: {
        mfa: 'required',
        ipAllowList: '203.0.113.0/24\n2001:db8::/32',
        maxAgeMinutes: '30',
        idleTimeoutMinutes: '60',
        absoluteTimeoutHours: '12',
      },
    },
  },
  {
    state: 'errors, long',
    view: 'admin/app-policy',
    model: {
      ...page,
      ...form(
        { key: 'error.policy.changed' },
        { field: 'ipAllowList', key: 'error.ipAllowList.entry', values: { entry: unbroken } },
        { field: 'maxAgeMinutes', key: 'error.policy.number', values: { least: 1, most: 43_200 } },
      ),
      name: long,
      isDeclared: true,
      given: { ...page.given, ipAllowList: unbroken, maxAgeMinutes: 'soon' },
    },
  },
];
