// What a session is to open, at the authorization endpoint: for whoever says what it lacks for that.
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { SessionUse } from '../accounts/barrier.ts';

/** @returns undefined where nobody is signed in, or no app is named */
export function sessionUse({ oidc: { client, session } }: KoaContextWithOIDC): SessionUse | undefined {
  const signedInAt = session?.authTime();
  if (!client || signedInAt === undefined) return undefined;
  return { clientId: client.clientId, amr: session?.amr ?? [], signedInAt: signedInAt * 1000 };
}
