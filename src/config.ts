// Every setting of the server: name, type, default and one sentence, in one schema. Nothing else reads the environment.
// Order: environment variable, NAME_FILE, YAML file, default. All problems are reported at once.
import { z } from 'zod';
import {
  checkTogether,
  contact,
  duration,
  list,
  network,
  problemOf,
  secureUrl,
  sender,
  smtpUrl,
  storageUrl,
  webAddress,
  wholeNumber,
} from './config-rules.ts';
import { ConfigError, fromEnvironment, readFile } from './config-sources.ts';

export { ConfigError };

export const settings = {
  environment: setting(
    'NODE_ENV',
    z.string().default('development'),
    'In `production` the sample app, the mailbox and every development default are off.',
  ),
  issuer: setting(
    'ISSUER',
    webAddress.optional(),
    'The address people and clients reach the server at. In development `http://localhost:PORT`.',
  ),
  port: setting('PORT', wholeNumber(0, 65_535).default(3000), 'The port to listen on.'),
  host: setting(
    'HOST',
    z.string().min(1).optional(),
    'The address to listen on. In development loopback only, in production every address.',
  ),
  storageUrl: setting(
    'STORAGE_URL',
    storageUrl.default('sqlite:data/gatehouse.db'),
    '`sqlite:PATH` (embedded) or `mongodb://…`.',
  ),
  secretKey: setting(
    'SECRET_KEY',
    list(z.string().min(32, 'must be 32 characters or longer, for instance from `openssl rand -base64 32`')).optional(),
    'Master key, from which all others are derived. Several, separated by commas: the first seals, all open. In development made once, beside the database.',
  ),
  trustedProxies: setting(
    'TRUSTED_PROXIES',
    list(network).default([]),
    'Addresses or CIDR ranges whose X-Forwarded-For is believed.',
  ),
  workers: setting('WORKERS', wholeNumber(1, 64).default(1), 'Worker processes that share the port.'),
  logLevel: setting(
    'LOG_LEVEL',
    z.enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace']).optional(),
    'The least severe log lines to write. `info` in production, `warn` in development.',
  ),
  productName: setting(
    'PRODUCT_NAME',
    z.string().min(1).max(60).default('Gatehouse'),
    'The name on screens, in mails and in authenticator apps.',
  ),
  language: setting(
    'LANGUAGE',
    z
      .string()
      .regex(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'must be a language tag such as en, de or pt-BR')
      .default('en'),
    'The language of screens and mails for whom nothing else says which.',
  ),
  privacyUrl: setting('PRIVACY_URL', webAddress.optional(), 'Your privacy notice, linked at the foot of each page.'),
  supportUrl: setting('SUPPORT_URL', webAddress.optional(), 'Where people get help, linked at the foot of each page.'),
  passwordMinLength: setting(
    'PASSWORD_MIN_LENGTH',
    wholeNumber(8, 64).optional(),
    'Characters a new password needs at least, whatever a firm says. Without it firms choose, and 12 holds where none does.',
  ),
  breachedPasswordsUrl: setting(
    'BREACHED_PASSWORDS_URL',
    secureUrl.optional(),
    'A range look-up of leaked passwords, such as `https://api.pwnedpasswords.com/range`; sent are five signs of a hash. Without it nothing is asked.',
  ),
  passwordResetLifetime: setting(
    'PASSWORD_RESET_LIFETIME',
    duration('10m', '60m').default(30 * 60),
    'Time for which the link in the mail for a forgotten password is good.',
  ),
  passwordHashMemory: setting(
    'PASSWORD_HASH_MEMORY',
    wholeNumber(19, 1024).default(64),
    'MiB of memory that hashing a password takes (argon2id); 46 at least, or 19 with two passes.',
  ),
  passwordHashPasses: setting(
    'PASSWORD_HASH_PASSES',
    wholeNumber(1, 10).default(2),
    'Passes over that memory. Both together should take 0.1 to 0.3 seconds; old hashes are raised at the next sign-in.',
  ),
  mfa: setting(
    'MFA',
    z.enum(['optional', 'required']).default('optional'),
    "Multi-factor authentication: each person's own choice, or set up by everybody at the next sign-in.",
  ),
  passkeys: setting(
    'PASSKEYS',
    z.enum(['optional', 'required-for-administrators']).default('optional'),
    "Passkeys: each person's own choice, or made at the next sign-in by everybody with an administrative role.",
  ),
  sessionIdle: setting(
    'SESSION_IDLE',
    duration('5m', '24h').optional(),
    'Longest time without activity after which a session ends. Without it firms choose, and 8h holds where none does.',
  ),
  sessionAbsolute: setting(
    'SESSION_ABSOLUTE',
    duration('1h', '30d').optional(),
    'Longest time after which a session ends whatever happened. Without it firms choose, and 7d holds where none does.',
  ),
  invitationLifetime: setting(
    'INVITATION_LIFETIME',
    duration('1d', '30d').default(7 * 24 * 3600),
    'Time for which the link of an invitation is good. Its temporary password is good for 72 hours.',
  ),
  signingKeyRotation: setting(
    'SIGNING_KEY_ROTATION',
    z.union([z.literal('off'), duration('7d', '730d')]).default(90 * 24 * 3600),
    'Time after which the next signing key takes over, which apps know by then; `off` leaves it to `gatehouse keys rotate`.',
  ),
  smtpUrl: setting(
    'SMTP_URL',
    smtpUrl.optional(),
    'Mail server: `smtp://user:password@host:587` (STARTTLS demanded, but on loopback; `?tls=none` for clear text) or `smtps://…`; `off` sends nothing. In development mail is caught by the mailbox without it.',
  ),
  mailFrom: setting(
    'MAIL_FROM',
    sender.optional(),
    'Whom mail comes from, such as `Gatehouse <no-reply@example.com>`. The name is PRODUCT_NAME where none is given.',
  ),
  samplePort: setting(
    'SAMPLE_PORT',
    wholeNumber(0, 65_535).default(3001),
    'Development only: the port of the sample relying app.',
  ),
  securityContact: setting(
    'SECURITY_CONTACT',
    contact.optional(),
    'Where to report a vulnerability; published as /.well-known/security.txt.',
  ),
};

type Settings = { -readonly [K in keyof typeof settings]: z.output<(typeof settings)[K]['schema']> };

/** Durations are seconds. */
export interface Config extends Omit<Settings, 'issuer' | 'host' | 'secretKey' | 'environment' | 'logLevel'> {
  isProduction: boolean;
  issuer: string;
  host: string;
  logLevel: string;
  /** Empty in development when none was given: the composition root then keeps one beside the database. */
  secretKeys: readonly string[];
}

export interface ConfigSource {
  env: Record<string, string | undefined>;
  /** A YAML file; when left out, config/gatehouse.yaml if there is one. */
  file?: string;
}

/** @throws ConfigError */
export function loadConfig({ env, file }: ConfigSource = { env: process.env }): Config {
  const problems: string[] = [];
  const fromFile = readFile(file ?? 'config/gatehouse.yaml', file !== undefined, problems);
  const values: Record<string, unknown> = {};
  for (const [name, { variable, schema }] of Object.entries(settings)) {
    const given = fromEnvironment(env, variable, problems) ?? fromFile.get(name);
    const result = schema.safeParse(given?.value);
    if (result.success) values[name] = result.data;
    else problems.push(...result.error.issues.map((issue) => problemOf(given?.where ?? variable, issue)));
    fromFile.delete(name);
  }
  for (const [name, { where }] of fromFile) problems.push(`${where}: there is no setting "${name}"`);
  problems.push(...checkTogether(values as Partial<Settings>));
  if (problems.length > 0) throw new ConfigError(problems);
  return finish(values as Settings);
}

function finish({ issuer, host, secretKey, environment, logLevel, ...rest }: Settings): Config {
  const isProduction = environment === 'production';
  return {
    ...rest,
    isProduction,
    issuer: (issuer ?? `http://localhost:${rest.port}`).replace(/\/$/, ''),
    host: host ?? (isProduction ? '::' : 'localhost'),
    logLevel: logLevel ?? (isProduction ? 'info' : 'warn'),
    secretKeys: secretKey ?? [],
  };
}

function setting<T extends z.ZodType>(variable: string, schema: T, description: string) {
  return { variable, schema, description };
}
