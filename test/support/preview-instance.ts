// The console's pages about the instance itself in every state, with models such as routes give.
import { consoleModel } from './preview-console.ts';
import { at, form, type Screen } from './preview-samples.ts';

const dayMs = 24 * 3_600_000;
const instant = (key: string, days: number) => ({ label: { key: `admin.keys.${key}` }, at: at + days * dayMs });
const keyIn = (state: string, since: number, until?: number) => ({
  kid: `${state}-4T8No1ENU76ro0`.slice(0, 22),
  state: { key: `admin.keys.state.${state}` },
  since: instant(`since.${state}`, since),
  ...(until === undefined ? {} : { until: instant(`until.${state}`, until) }),
  ...(state === 'revoked' ? {} : { revokeUrl: `/admin/keys/${state}/revoke` }),
});
const group = (algorithm: string, keys: ReturnType<typeof keyIn>[]) => ({
  algorithm,
  about: { key: `admin.keys.about.${algorithm}` },
  keys,
});
const keys = { ...consoleModel, rotateUrl: '/admin/keys/rotate' };
const asks = (act: string, points: readonly string[]) => ({
  ...consoleModel,
  ...form(),
  title: { key: `admin.keys.${act}.title` },
  about: points.map((point) => ({ key: `admin.keys.${act}.${point}` })),
  submit: { key: `admin.keys.${act}.submit` },
  was: '',
  isDangerous: act === 'revoke',
  cancelUrl: '/admin/keys',
});
const key = { kid: '2T8No1ENU76ro0B54nuAnZ', algorithm: 'RS256' };

export const consoleInstance: Screen[] = [
  {
    state: 'by schedule',
    view: 'admin/keys',
    model: {
      ...keys,
      isScheduled: true,
      algorithms: [
        group('ES256', [keyIn('signing', -10, 80), keyIn('next', -10, 80), keyIn('retiring', -10, 20)]),
        group('RS256', [keyIn('signing', -10, 80), keyIn('next', -10, 80), keyIn('revoked', -10)]),
      ],
    },
  },
  {
    state: 'by hand',
    view: 'admin/keys',
    model: { ...keys, isScheduled: false, algorithms: [group('ES256', [keyIn('signing', -900), keyIn('next', -900)])] },
  },
  { state: 'rotation', view: 'admin/key-act', model: asks('rotate', ['begins', 'stays', 'nobody']) },
  {
    state: 'rotation too early',
    view: 'admin/key-act',
    model: { ...asks('rotate', []), earliestAt: at + 1_800_000 },
  },
  {
    state: 'revocation',
    view: 'admin/key-act',
    model: { ...asks('revoke', ['gone', 'nextSigns', 'nextUnknown', 'refused', 'trusted']), key },
  },
  {
    state: 'revocation of the next one',
    view: 'admin/key-act',
    model: { ...asks('revoke', ['gone', 'unused']), key },
  },
];
