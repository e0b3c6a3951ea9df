// What the library leaves to us, put in place after each build: an atomic replay check, hashed client secrets, `sid` for everyone,
// tokens that are ordered in time, and two fields that grants keep for us.
import type { Provider } from 'oidc-provider';
import type { Clients } from '../clients/clients.ts';
import { isDomainError } from '../platform/errors.ts';
import { sha256 } from '../platform/secrets.ts';
import type { Artifacts } from '../sessions/artifacts.ts';
import { tokenId } from './token-ids.ts';

/** Kept by the thousand, and gone together. */
const tokenKinds = ['AccessToken', 'AuthorizationCode', 'ClientCredentials', 'RefreshToken'] as const;

/** The parts of the library's classes that its types leave out. */
interface Overridable extends Record<(typeof tokenKinds)[number], { prototype: { generateTokenId(): string } }> {
  Grant: { readonly IN_PAYLOAD: readonly string[] };
  ReplayDetection: { unique(iss: string, jti: string, exp: number): Promise<boolean> };
  Client: {
    prototype: { clientId: string; compareClientSecret(secret: string): Promise<boolean>; includeSid(): boolean };
  };
}

export function applyOverrides(
  provider: Provider,
  { artifacts, clients, findClient }: { artifacts: Artifacts; clients: Clients; findClient: Clients['get'] },
): void {
  const { Grant, ReplayDetection, Client } = provider as unknown as Overridable;

  for (const kind of tokenKinds) {
    const { prototype } = (provider as unknown as Overridable)[kind];
    const { generateTokenId } = prototype;
    prototype.generateTokenId = function generateOrdered() {
      return tokenId(generateTokenId.call(this));
    };
  }

  // Kept with the grant: `epoch`, so that a reset of the password can end the tokens on it (`tokensFromEpoch` of the account), and `usedAt`
  // (client-use.ts).
  const kept = [...Grant.IN_PAYLOAD, 'epoch', 'usedAt', 'isStored'];
  Object.defineProperty(Grant, 'IN_PAYLOAD', { get: () => kept });

  // The library looks and then saves: of 50 parallel uses of one proof, 50 passed. Here inserting is the check.
  ReplayDetection.unique = async (iss, jti, exp) => {
    try {
      await artifacts.replays.insert({ id: sha256(`${iss} ${jti}`), expiresAt: exp * 1000 });
      return true;
    } catch (error) {
      if (isDomainError(error, 'duplicate')) return false;
      throw error;
    }
  };

  // Never falls back to the library's comparison, which would take the stored placeholder for a secret.
  Client.prototype.compareClientSecret = async function compareClientSecret(secret) {
    return clients.isSecretOf(await findClient(this.clientId), secret);
  };

  // Relying parties match logout tokens by `sid`, whether or not they asked for it at registration.
  Client.prototype.includeSid = () => true;
}
