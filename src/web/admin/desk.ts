// What every page of the console begins with: who is there, what they may do, and which firm they look at. Rights are read anew on every
// request.
import type { Context } from 'koa';
import { type Administrator, administratorOf, mayAnywhere, notPermitted } from '../../administration/administrator.ts';
import type { Permission } from '../../organizations/roles.ts';
import type { AdminModel } from '../http/admin-models.ts';
import type { Browser } from '../http/browser.ts';
import type { SignedIn, SignedInReader } from '../http/signed-in.ts';
import type { FieldError, FormModel } from '../http/view-models.ts';
import { sectionsFor } from './navigation.ts';

export interface Desk {
  person: SignedIn;
  who: Administrator;
  model: AdminModel;
  form(action: string, errors?: readonly FieldError[]): FormModel;
}

export function createDesk({ browser, signedIn }: { browser: Browser; signedIn: SignedInReader }) {
  /** Sends the browser to sign in where need be.
   *  @param options.isFresh whether the act is a dangerous one, which asks for a sign-in of the last 15 minutes
   *  @returns undefined when the answer is that redirect
   *  @throws DomainError 'not_permitted' */
  return async function open(
    ctx: Context,
    permission: Permission,
    { isFresh = false }: { isFresh?: boolean } = {},
  ): Promise<Desk | undefined> {
    // Who has no business here is not asked for a password first.
    const mustBeFresh =
      isFresh && ((account: SignedIn['account']) => mayAnywhere(administratorOf(account, {}), permission));
    const person = await signedIn.require(ctx, { isFresh: mustBeFresh });
    if (!person) return undefined;
    const who = administratorOf(person.account, person.origin);
    if (!mayAnywhere(who, permission)) throw notPermitted(permission);
    return {
      person,
      who,
      model: { ...person.model, sections: sectionsFor(who), navKey: 'admin.nav.label' },
      form: (action, errors = []) => ({ action, errors, csrf: browser.csrfToken(ctx, person.csrfContext) }),
    };
  };
}
export type OpenDesk = ReturnType<typeof createDesk>;

/** A value of the query; undefined where it was left out, empty, or given twice. */
export function queryOf({ query }: Context, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A path with those values that there are. */
export function pathWith(path: string, values: Record<string, string | undefined>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}
