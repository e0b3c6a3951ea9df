// Consent: what a third-party client asks for, in plain words; Allow and Cancel weigh the same.
import { seeOther } from '../http/redirect.ts';
import type { InteractionDependencies, Screen } from './router.ts';
import { toClientModel, type Visit } from './visit.ts';

/** Grants with `offline_access` last this long; others end with the session. */
const offlineDays = 90;

export function consentScreen({
  oidc,
  accounts,
  clients,
  grants,
  audit,
  readForm,
  views,
  policyOf,
}: InteractionDependencies): Screen {
  const path = 'consent';

  async function model(visit: Visit) {
    const { interaction } = visit;
    const registered = await clients.get(interaction.clientId);
    const account = interaction.session && (await accounts.get(interaction.session.accountId));
    const client = registered ? toClientModel(registered) : { name: interaction.clientId };
    const missing = [...interaction.missing.scopes, ...Object.values(interaction.missing.resourceScopes).flat()];
    const asked = missing.length > 0 ? missing : String(interaction.params.scope ?? 'openid').split(' ');
    const { absoluteSeconds } = await policyOf(account, interaction.clientId);
    const scopes = asked.map((scope) => ({ key: `scope.${scope}` }));
    return {
      client,
      email: account?.email ?? '',
      scopes,
      lastsDays: asked.includes('offline_access') ? offlineDays : Math.ceil(absoluteSeconds / 86_400),
    };
  }

  return {
    path,
    step: 'consent',
    async show(ctx, visit) {
      views.render(ctx, 'interaction/consent', { ...visit.stepModel(path), ...(await model(visit)) });
    },
    async submit(ctx, visit) {
      const { decision } = await readForm(ctx, visit.csrfContext, ['decision']);
      const { interaction, origin } = visit;
      if (decision !== 'allow')
        return seeOther(ctx, await oidc.interactions.abort(ctx, 'access_denied', 'the person refused'));
      const consent = await oidc.interactions.finishConsent(ctx);
      if (!consent || !interaction.session) return;
      const { accountId } = interaction.session;
      await grants.remember(accountId, interaction.clientId, consent.scopes);
      await audit.record(
        {
          type: 'consent.granted',
          result: 'success',
          subject: accountId,
          clientId: interaction.clientId,
          detail: { scopes: [...consent.scopes, ...consent.apiScopes] },
        },
        { ...origin, actor: accountId },
      );
      seeOther(ctx, consent.location);
    },
  };
}
