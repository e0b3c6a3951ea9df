// The console's pages of a firm's domains, in every state.
import type { DomainRow } from '../../src/web/http/domain-view-models.ts';
import { consoleModel } from './preview-console.ts';
import { at, form, long, type Screen, unbroken } from './preview-samples.ts';

const href = '/admin/organizations/acme/domains/acme.example';
export const verified: DomainRow = { name: 'acme.example', domain: 'acme.example', state: 'verified', href };
export const claimed: DomainRow = { name: 'müller.example', domain: 'xn--mller-kva.example', state: 'claimed', href };
const flagged: DomainRow = { name: 'acme.test', domain: 'acme.test', state: 'flagged', href };
const longName = `${`${unbroken.slice(1)}.`.repeat(3)}example`;
export const longClaimed: DomainRow = { name: longName, domain: longName, state: 'claimed', href };

const list = {
  ...consoleModel,
  ...form(),
  title: 'Acme',
  isDeclared: false,
  claimed: [verified, claimed, flagged],
  mayWrite: true,
  domain: '',
  backUrl: '/admin/organizations/acme',
};
const record = {
  type: 'TXT',
  name: '_gatehouse-challenge.acme.example',
  value: 'gatehouse-domain-verification=mJ0sT1q8l3W0eVd0kYxw2fQyX5Q8h4pYb3nq0mY7cZk',
};
const one = {
  ...consoleModel,
  ...form(),
  row: claimed,
  record,
  seen: [],
  checkedAt: undefined,
  verifiedAt: undefined,
  missingSince: undefined,
  mayWrite: true,
  removeUrl: `${href}/remove`,
  backUrl: '/admin/organizations/acme/domains',
};

export const consoleDomains: Screen[] = [
  { state: 'all kinds', view: 'admin/domains', model: { ...list, notice: { key: 'admin.domain.removed' } } },
  { state: 'none', view: 'admin/domains', model: { ...list, claimed: [] } },
  {
    state: 'error, long',
    view: 'admin/domains',
    model: {
      ...list,
      ...form({ field: 'domain', key: 'error.domain.free-mail', values: { domain: longName } }),
      title: long,
      claimed: [longClaimed],
      domain: longName,
      isDeclared: true,
    },
  },
  { state: 'of an auditor', view: 'admin/domains', model: { ...list, mayWrite: false } },
  { state: 'new', view: 'admin/domain', model: one },
  ...(['proved', 'other-record', 'no-name'] as const).map(
    (finding): Screen => ({
      state: `found: ${finding}`,
      view: 'admin/domain',
      model: {
        ...one,
        row: finding === 'proved' ? verified : claimed,
        finding: { key: `admin.domain.finding.${finding}` },
        seen: finding === 'other-record' ? ['v=spf1 -all', unbroken.repeat(2)] : [],
        checkedAt: at,
        verifiedAt: finding === 'proved' ? at : undefined,
      },
    }),
  ),
  {
    state: 'flagged, long, of an auditor',
    view: 'admin/domain',
    model: {
      ...consoleModel,
      ...form(),
      row: { ...longClaimed, state: 'flagged' },
      record: { ...record, name: `_gatehouse-challenge.${longName}` },
      finding: { key: 'admin.domain.finding.no-name' },
      seen: [],
      checkedAt: at,
      verifiedAt: at,
      missingSince: at,
      mayWrite: false,
      backUrl: '/admin/organizations/acme/domains',
    },
  },
  { state: 'asks', view: 'admin/domain-remove', model: { ...consoleModel, ...form(), row: verified, cancelUrl: href } },
];
