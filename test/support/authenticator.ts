// An authenticator in software, and the browser in front of it: it makes passkeys and signs with them (WebAuthn Level 3, 6), as told by the
// options of a page, or as an attacker would.
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isoCBOR } from '@simplewebauthn/server/helpers';
import type { Page, TestBrowser } from './browser.ts';

export interface AuthenticatorKind {
  /** Counts its signatures; a synced one does not. */
  counts?: boolean;
  isSynced?: boolean;
}

/** What the browser and the authenticator say in the place of the truth. */
export interface Falsehood {
  origin?: string;
  rpId?: string;
  challenge?: string;
  counter?: number;
  isVerified?: boolean;
  userHandle?: string | null;
  isCrossOrigin?: boolean;
  /** Signed by another key. */
  key?: KeyObject;
}

interface Credential {
  id: string;
  userHandle: string;
  key: KeyObject;
  counter: number;
}

interface Options {
  challenge: string;
  rpId?: string;
  rp?: { id: string };
  user?: { id: string };
}

export type Authenticator = ReturnType<typeof createAuthenticator>;

export function createAuthenticator(origin: string, { counts = false, isSynced = false }: AuthenticatorKind = {}) {
  let credential: Credential | undefined;

  /** What `navigator.credentials.create` answers with, as JSON. */
  function create(options: Options, lie: Falsehood = {}): string {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const id = randomBytes(16);
    credential = {
      id: id.toString('base64url'),
      userHandle: options.user?.id ?? '',
      key: privateKey,
      counter: counts ? 1 : 0,
    };
    const length = Buffer.alloc(2);
    length.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
    const authData = Buffer.concat([authenticatorData(options, lie, 0x40), attested]);
    const attestation = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', new Uint8Array(authData)],
    ]);
    return posted(credential, {
      clientDataJSON: clientData('webauthn.create', options, lie),
      attestationObject: Buffer.from(isoCBOR.encode(attestation as never)).toString('base64url'),
      transports: ['internal'],
    });
  }

  /** What `navigator.credentials.get` answers with, as JSON. */
  function get(options: Options, lie: Falsehood = {}): string {
    const mine = known();
    if (counts) mine.counter += 1;
    const authData = authenticatorData(options, lie, 0);
    const clientDataJSON = clientData('webauthn.get', options, lie);
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest();
    const signature = sign('sha256', Buffer.concat([authData, hash]), lie.key ?? mine.key);
    const userHandle = lie.userHandle === undefined ? mine.userHandle : lie.userHandle;
    return posted(mine, {
      clientDataJSON,
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
      ...(userHandle === null ? {} : { userHandle }),
    });
  }

  function known(): Credential {
    if (!credential) throw new Error('this authenticator holds no passkey');
    return credential;
  }

  function authenticatorData(options: Options, lie: Falsehood, flags: number): Buffer {
    const rpId = lie.rpId ?? options.rpId ?? options.rp?.id ?? '';
    const verified = lie.isVerified === false ? 0 : 0x04;
    const backup = isSynced ? 0x18 : 0;
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(lie.counter ?? known().counter);
    const rpIdHash = createHash('sha256').update(rpId).digest();
    return Buffer.concat([rpIdHash, Buffer.from([0x01 | verified | backup | flags]), counter]);
  }

  function clientData(type: string, { challenge }: Options, lie: Falsehood): string {
    const data = {
      type,
      challenge: lie.challenge ?? challenge,
      origin: lie.origin ?? origin,
      crossOrigin: lie.isCrossOrigin ?? false,
    };
    return Buffer.from(JSON.stringify(data)).toString('base64url');
  }

  return {
    create,
    get,
    get credentialId() {
      return known().id;
    },
  };
}

function posted({ id }: Credential, response: object): string {
  return JSON.stringify({ id, rawId: id, type: 'public-key', clientExtensionResults: {}, response });
}

/** RFC 9053, 7.1: an elliptic curve key for ES256. */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'base64url'));
  const cose = new Map<number, unknown>([
    [1, 2],
    [3, -7],
    [-1, 1],
    [-2, bytes(x)],
    [-3, bytes(y)],
  ]);
  return Buffer.from(isoCBOR.encode(cose as never));
}

/** What the script of the page asks the server for, to hand to the browser. */
export async function passkeyOptions(browser: TestBrowser, page: Page): Promise<Options> {
  const url = page.document.querySelector('[data-passkey]')?.getAttribute('data-passkey');
  if (!url) throw new Error(`no passkey is asked for on "${page.heading}"`);
  const response = await browser.request(url);
  const { create, get } = (await response.json()) as { create?: Options; get?: Options };
  return (create ?? get) as Options;
}

/** Posts what the authenticator makes of the page, as its script does. */
export async function answerWith(
  browser: TestBrowser,
  page: Page,
  answer: (options: Options) => string,
): Promise<Page> {
  const credential = answer(await passkeyOptions(browser, page));
  return postCredential(browser, page, credential);
}

export function postCredential(browser: TestBrowser, page: Page, credential: string): Promise<Page> {
  const button = page.document.querySelector('[data-passkey] button')?.textContent.trim() ?? '';
  return browser.submit(page, { credential }, button);
}
