// "Who would meet which screens, and why?" Answered by the same function that decides a sign-in; nothing is written, nobody signed in.
import type Router from '@koa/router';
import { displayName } from '../../accounts/account.ts';
import { maySee } from '../../administration/administrator.ts';
import type { SimulatedStep } from '../../administration/simulator.ts';
import { canonicalRange } from '../../organizations/ip-ranges.ts';
import type { FieldError } from '../http/view-models.ts';
import { queryOf } from './desk.ts';
import { appOptions } from './invite-options.ts';
import type { AdminPagesDependencies } from './router.ts';

const simulatorPath = '/admin/simulator';

export function simulatorRoutes(router: Router, { accounts, administration, openDesk, views }: AdminPagesDependencies) {
  const { clientApps, simulator } = administration;

  router.get(simulatorPath, async (ctx) => {
    const desk = await openDesk(ctx, 'users:read');
    if (!desk) return;
    const { who } = desk;
    const email = queryOf(ctx, 'email')?.trim().slice(0, 254) ?? '';
    const address = queryOf(ctx, 'address')?.trim().slice(0, 60) ?? '';
    const app = queryOf(ctx, 'app') ?? '';
    const apps = await appOptions(clientApps, who);
    const chosen = apps.find(({ value }) => value === app);
    const isAsked = ctx.query.email !== undefined;
    const account = email === '' ? undefined : await accounts.findByEmail(email);
    // Somebody else's people are nobody here.
    const seen = account && maySee(who, account) ? account : undefined;
    const from = address === '' ? desk.person.origin.address : canonicalRange(address);
    const errors: FieldError[] = [
      ...(seen ? [] : [{ field: 'email', key: 'error.simulator.email' }]),
      ...(from === undefined || from.includes('/')
        ? [{ field: 'address', key: 'error.simulator.address', values: { example: '203.0.113.7' } }]
        : []),
    ];
    const steps =
      seen && errors.length === 0
        ? await simulator.simulate(who, {
            accountId: seen.id,
            address: from,
            clientId: chosen?.value,
            asksConsent: chosen?.asksConsent ?? false,
          })
        : [];
    const shown = isAsked ? errors : [];
    const model = {
      ...desk.model,
      errors: shown,
      email,
      address,
      here: desk.person.origin.address ?? '',
      app,
      apps: apps.map(({ value, label }) => ({ id: value, name: label.text })),
      steps: steps.map(toModel),
      ...(seen ? { person: displayName(seen) } : {}),
    };
    views.render(ctx, 'admin/simulator', model, { status: shown.length > 0 ? 422 : 200 });
  });
}

function toModel({ step, rule, by, sparedDays }: SimulatedStep) {
  return {
    step: { key: `admin.simulator.step.${step}` },
    why: { key: `admin.simulator.why.${rule}` },
    ...(by === undefined ? {} : { by }),
    ...(sparedDays === undefined ? {} : { sparedDays }),
  };
}
