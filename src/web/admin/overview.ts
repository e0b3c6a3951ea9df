// The first page of the console: how many, what happened this week, and what needs a look.
import type Router from '@koa/router';
import { displayName } from '../../accounts/account.ts';
import { may } from '../../administration/administrator.ts';
import type { PeopleTally } from '../../administration/tallies.ts';
import type { SignInDay } from '../../audit/sign-in-days.ts';
import { shownDomain } from '../../organizations/domain-name.ts';
import type { AttentionModel, DayModel } from '../http/admin-models.ts';
import { type Desk, pathWith } from './desk.ts';
import { domainPath } from './domains.ts';
import { chooseFirm } from './firm-choice.ts';
import { sectionsFor } from './navigation.ts';
import { personPath } from './person-models.ts';
import type { AdminPagesDependencies } from './router.ts';

const path = '/admin';
const shownDays = 7;
/** More are told by their number. */
const mostNames = 5;

export function overviewRoutes(router: Router, { administration, openDesk, views }: AdminPagesDependencies): void {
  const { attention, domains, tallies } = administration;

  router.get(path, async (ctx) => {
    const desk = await openDesk(ctx, 'users:read');
    if (!desk) return;
    const { who } = desk;
    const { organization, choices } = await chooseFirm(ctx, who, {
      firms: administration.firms,
      permission: 'users:read',
      href: (id) => pathWith(path, { organization: id }),
    });
    const [tally, days] = await Promise.all([
      tallies.people(who, organization),
      may(who, 'audit:read', organization) ? attention.signInDays(who, shownDays, organization) : undefined,
    ]);
    views.render(ctx, 'admin/overview', {
      ...desk.model,
      sections: sectionsFor(who, organization),
      firms: choices,
      people: tally.people,
      peopleUrl: pathWith('/admin/people', { organization }),
      openInvitations: tally.openInvitations,
      invitationsUrl: pathWith('/admin/invitations', { organization }),
      passwordOnly: tally.passwordOnly,
      ...(days ? { days: bars(days) } : {}),
      signedIn: (days ?? []).reduce((sum, { succeeded }) => sum + succeeded, 0),
      refused: (days ?? []).reduce((sum, { refused }) => sum + refused, 0),
      attention: await attentionOf(desk, tally, organization),
    });
  });

  async function attentionOf(
    { who }: Desk,
    { bounced: { count: bounced } }: PeopleTally,
    organization?: string,
  ): Promise<AttentionModel[]> {
    const [exposed, hasOneOwner, missing] = await Promise.all([
      attention.administratorsWithoutMfa(who, organization),
      attention.hasOneOwner(who),
      domains.flagged(who, organization),
    ]);
    const bouncedUrl = pathWith('/admin/invitations', { organization, state: 'bounced' });
    return [
      ...(hasOneOwner
        ? [
            {
              text: { key: 'admin.attention.oneOwner' },
              links: [{ href: '/admin/people', label: { key: 'admin.nav.people' } }],
            },
          ]
        : []),
      ...(exposed.length > 0
        ? [
            {
              text: { key: 'admin.attention.noMfa', values: { count: exposed.length } },
              links: exposed
                .slice(0, mostNames)
                .map((account) => ({ href: personPath(account.id), label: { text: displayName(account) } })),
            },
          ]
        : []),
      ...(missing.length > 0
        ? [
            {
              text: { key: 'admin.attention.domains', values: { count: missing.length } },
              links: missing.slice(0, mostNames).map(({ organization: id, domain }) => ({
                href: domainPath(id, domain),
                label: { text: shownDomain(domain) },
              })),
            },
          ]
        : []),
      ...(bounced > 0
        ? [
            {
              text: { key: 'admin.attention.bounced', values: { count: bounced } },
              links: [{ href: bouncedUrl, label: { key: 'admin.attention.look' } }],
            },
          ]
        : []),
    ];
  }
}

/** Heights in hundredths of the highest bar; what is there at all can be seen. */
function bars(days: readonly SignInDay[]): DayModel[] {
  const highest = Math.max(1, ...days.flatMap(({ succeeded, refused }) => [succeeded, refused]));
  const height = (value: number) => (value === 0 ? 0 : Math.max(2, Math.round((value / highest) * 100)));
  return days.map((day) => ({ ...day, succeededHeight: height(day.succeeded), refusedHeight: height(day.refused) }));
}
