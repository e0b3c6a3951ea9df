// One JSON line an event, to standard output. The deny list is the second line of defence; the first is not to pass secrets.
import { pino } from 'pino';

const secretFields = [
  'password',
  'currentPassword',
  'newPassword',
  'passwordHash',
  'code',
  'code1',
  'code2',
  'recoveryCode',
  'totpSecret',
  'secret',
  'client_secret',
  'client_assertion',
  'code_verifier',
  'access_token',
  'refresh_token',
  'id_token',
  'id_token_hint',
  'token',
  'cookie',
  'set-cookie',
  'authorization',
  'dpop',
];

/** @param level pino's: `silent`, `fatal`, `error`, `warn`, `info`, `debug`, `trace` */
export function createLog(level: string) {
  return pino({
    level,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: secretFields.flatMap((name) => [path(name), `*${path(name, true)}`]), censor: '[redacted]' },
  });
}

export type Log = ReturnType<typeof createLog>;

function path(name: string, nested = false): string {
  if (name.includes('-')) return `["${name}"]`;
  return nested ? `.${name}` : name;
}
