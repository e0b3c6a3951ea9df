// How a mail server and a sender are written in a setting: smtp://user:password@host:587, and `Gatehouse <no-reply@example.com>`.
// A refusal says what is wrong and never repeats the value, since a password stands in it.

export interface SmtpServer {
  host: string;
  port: number;
  /** `implicit` from the first byte (smtps:), `starttls` or nothing, `none`: in clear. */
  tls: 'implicit' | 'starttls' | 'none';
  user?: string;
  password?: string;
}

export interface Sender {
  /** Empty where none was given. */
  name: string;
  address: string;
}

const submissionPorts = { 'smtp:': 587, 'smtps:': 465 } as const;

/** STARTTLS is demanded of `smtp:` unless the server is on loopback or `?tls=none` says otherwise; `?tls=starttls` demands it there too.
 *  @throws Error with the sentence for the operator */
export function parseSmtpUrl(text: string): SmtpServer {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '')
    throw new Error(
      'must be smtp://HOST or smtps://HOST, with user:password@ before the host where the server asks for it',
    );
  if (!['', '/'].includes(url.pathname) || url.hash) throw new Error('must have no path and no fragment');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? submissionPorts[url.protocol] : Number(url.port);
  return { host, port, tls: tlsOf(url), ...credentialsOf(url) };
}

function tlsOf(url: URL): SmtpServer['tls'] {
  const { tls, ...others } = Object.fromEntries(url.searchParams);
  if (Object.keys(others).length > 0 || url.searchParams.getAll('tls').length > 1)
    throw new Error('may end in ?tls=starttls or ?tls=none, and in nothing else');
  if (url.protocol === 'smtps:') {
    if (tls !== undefined) throw new Error('takes no ?tls= with smtps:, which is TLS from the first byte');
    return 'implicit';
  }
  if (tls === undefined) return isLoopbackHost(url.hostname) ? 'none' : 'starttls';
  if (tls !== 'starttls' && tls !== 'none') throw new Error('may end in ?tls=starttls or ?tls=none');
  return tls;
}

function credentialsOf({ username, password }: URL): Pick<SmtpServer, 'user' | 'password'> {
  if (username === '' && password === '') return {};
  if (username === '' || password === '') throw new Error('must have a user and a password, or neither');
  try {
    return { user: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new Error('must have its user and password percent-encoded, % itself as %25');
  }
}

export function isLoopbackHost(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/** @throws Error with the sentence for the operator */
export function parseSender(text: string): Sender {
  const [, name = '', bracketed] = /^([^<>\p{Cc}]*?)\s*<([^<>\s]+)>$/u.exec(text.trim()) ?? [];
  const address = bracketed ?? text.trim();
  if (!isPlainAddress(address)) throw new Error('must be an address, such as Gatehouse <no-reply@example.com>');
  return { name: name.replace(/^"(.*)"$/, '$1'), address };
}

/** One address and nothing that a mail header or an SMTP command could take for more. */
export function isPlainAddress(text: string): boolean {
  return text.length <= 254 && /^[^\s@<>"(),:;[\]\\\p{C}]{1,64}@[^\s@<>"(),:;[\]\\\p{C}]{1,189}$/u.test(text);
}
