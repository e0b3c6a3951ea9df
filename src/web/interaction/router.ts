// The sign-in screens. `/interaction/:uid` asks sign-in/steps.ts what is next and sends the browser to that step's own address; each
// step renders and checks its post, after which the router asks again. No step knows another.
import Router from '@koa/router';
import type { Context } from 'koa';
import type { Account } from '../../accounts/account.ts';
import type { Accounts } from '../../accounts/accounts.ts';
import type { Looks } from '../../accounts/looks.ts';
import type { Audit } from '../../audit/audit.ts';
import type { Clients } from '../../clients/clients.ts';
import type { NewPasswords } from '../../credentials/new-passwords.ts';
import type { Passkeys } from '../../credentials/passkeys.ts';
import type { Connections } from '../../federation/connections.ts';
import type { RoundTrips } from '../../federation/round-trips.ts';
import type { Routing } from '../../federation/routing.ts';
import type { Grants } from '../../oidc/grants.ts';
import type { Oidc } from '../../oidc/oidc.ts';
import type { SignInPolicy } from '../../organizations/policy.ts';
import type { SignIn } from '../../sign-in/sign-in.ts';
import type { Step } from '../../sign-in/steps.ts';
import type { Browser } from '../http/browser.ts';
import type { Errors } from '../http/errors.ts';
import type { ReadForm } from '../http/form.ts';
import { seeOther } from '../http/redirect.ts';
import type { ShortCookie } from '../http/short-cookie.ts';
import type { SignedInReader } from '../http/signed-in.ts';
import type { Views } from '../http/views.ts';
import { codeScreen } from './code.ts';
import { consentScreen } from './consent.ts';
import { enrolMfaScreen } from './enrol-mfa.ts';
import { createFederationVisits } from './federation.ts';
import { linkIdentityScreen } from './link-identity.ts';
import { newPasswordScreen } from './new-password.ts';
import {
  codePasskeyScreen,
  createPasskeyOptions,
  enrolPasskeyScreen,
  passkeyOfferScreen,
  passkeyScreen,
  secondPasskeyScreen,
} from './passkey.ts';
import { optionsPart } from './passkey-part.ts';
import { profileScreen } from './profile.ts';
import { recoveryCodeScreen } from './recovery-code.ts';
import { recoveryCodesScreen } from './recovery-codes.ts';
import { signInScreen } from './sign-in.ts';
import type { StartAgain } from './start-again.ts';
import { createVisits, type Visit } from './visit.ts';

export interface InteractionDependencies {
  oidc: Oidc;
  signIn: SignIn;
  newPasswords: NewPasswords;
  passkeys: Passkeys;
  accounts: Accounts;
  clients: Clients;
  connections: Connections;
  roundTrips: RoundTrips;
  routing: Routing;
  grants: Grants;
  audit: Audit;
  browser: Browser;
  readForm: ReadForm;
  views: Views;
  errors: Errors;
  signedIn: SignedInReader;
  startAgain: StartAgain;
  /** The token of a device that is remembered. */
  deviceCookie: ShortCookie;
  /** What the sign-in page is to say of something done before. */
  announcement: ShortCookie;
  productName: string;
  ownClientId: string;
  policyOf(account: Account | undefined, clientId?: string): Promise<SignInPolicy>;
  lookOf: Looks['lookOf'];
}

/** One step's page: what it is for, how it shows itself, what its post does. */
export interface Screen {
  /** The last part of its address. */
  path: string;
  /** The step it belongs to: shown only while that step is next. */
  step: Step['name'];
  show(ctx: Context, visit: Visit): Promise<void> | void;
  /** Leaves an answer in `ctx` when the person must mend something; otherwise the router asks what is next. */
  submit(ctx: Context, visit: Visit): Promise<void>;
}

type Visitor = Context & { params: Record<string, string> };

export function createInteractionRouter(dependencies: InteractionDependencies): Router {
  const screens = [
    signInScreen,
    passkeyScreen,
    codeScreen,
    codePasskeyScreen,
    recoveryCodeScreen,
    secondPasskeyScreen,
    newPasswordScreen,
    profileScreen,
    enrolMfaScreen,
    recoveryCodesScreen,
    linkIdentityScreen,
    enrolPasskeyScreen,
    passkeyOfferScreen,
    consentScreen,
  ].map((make) => make(dependencies));
  const { enter, goOn, cancel, lost } = createVisits(dependencies);
  const federation = createFederationVisits(dependencies);
  const optionsFor = createPasskeyOptions(dependencies);
  const router = new Router();

  router.get(
    '/interaction/:uid',
    leadingOn(async (ctx) => {
      const visit = await enter(ctx);
      if (visit) await goOn(ctx, visit, screens);
    }),
  );

  for (const screen of screens) {
    router.get(
      `/interaction/:uid/${screen.path}`,
      leadingOn(async (ctx) => {
        const visit = await enter(ctx);
        if (!visit) return;
        if (visit.step.name === screen.step) await screen.show(ctx, visit);
        else await goOn(ctx, visit, screens);
      }),
    );

    router.post(
      `/interaction/:uid/${screen.path}`,
      leadingOn(async (ctx) => {
        const visit = await enter(ctx);
        if (!visit) return;
        if (visit.step.name === screen.step) {
          await screen.submit(ctx, visit);
          if (ctx.body !== undefined && ctx.body !== null) return;
          if (ctx.status >= 300 && ctx.status < 400) return;
        }
        // What is next is asked here and now: by way of `/interaction/:uid` each step would cost the person one more round trip.
        const after = await enter(ctx);
        if (after) await goOn(ctx, after, screens);
      }),
    );
  }

  router.get(
    `/interaction/:uid/${optionsPart}`,
    leadingOn(async (ctx) => {
      const visit = await enter(ctx);
      const options = visit && (await optionsFor(visit));
      ctx.set('Cache-Control', 'no-store');
      if (options) ctx.body = options;
      else if (visit) await goOn(ctx, visit, screens);
    }),
  );

  router.get(
    '/interaction/:uid/federation',
    leadingOn(async (ctx) => {
      const visit = await enter(ctx);
      if (!visit) return;
      await federation.arrive(ctx, visit);
      if (ctx.body !== undefined && ctx.body !== null) return;
      const after = await enter(ctx);
      if (after) await goOn(ctx, after, screens);
    }),
  );

  // Where a refused cancel leads back to.
  router.get('/interaction/:uid/cancel', (ctx) =>
    seeOther(ctx, `/interaction/${encodeURIComponent(ctx.params.uid ?? '')}`),
  );

  router.post(
    '/interaction/:uid/cancel',
    leadingOn(async (ctx) => {
      const visit = await enter(ctx);
      if (!visit) return;
      await dependencies.readForm(ctx, visit.csrfContext, []);
      await cancel(ctx);
    }),
  );

  /** Of two clicks at once, the later one may find the interaction finished between its first look and its result. */
  function leadingOn(handle: (ctx: Visitor) => Promise<void>): (ctx: Visitor) => Promise<void> {
    return async (ctx) => {
      try {
        await handle(ctx);
      } catch (error) {
        if ((error as Error).name !== 'SessionNotFound') throw error;
        await lost(ctx, ctx.params.uid ?? '');
      }
    };
  }

  return router;
}
