// The value types of settings, the rules between them, and how a problem reads.
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { isLoopbackHost, parseSender, parseSmtpUrl } from './platform/mail-settings.ts';

const unitSeconds = { s: 1, m: 60, h: 3600, d: 24 * 3600 } as const;

/** Text such as `8h` or `90m` at the edge, seconds inside. */
export function duration(least: string, most: string) {
  return z
    .string()
    .regex(/^\d{1,6}[smhd]$/, 'must be a number with a unit, such as 45m, 8h or 7d')
    .transform(toSeconds)
    .refine((value) => value >= toSeconds(least) && value <= toSeconds(most), `must be between ${least} and ${most}`);
}

/** A number, or text that is one: environment variables are always text. */
export function wholeNumber(least: number, most: number) {
  const message = `must be a whole number between ${least} and ${most}`;
  return z
    .union(
      [
        z.number(),
        z
          .string()
          .regex(/^\d{1,9}$/, message)
          .transform(Number),
      ],
      message,
    )
    .refine((value) => Number.isInteger(value) && value >= least && value <= most, message);
}

export const webAddress = z.url({ protocol: /^https?$/ });

/** A list, or text with commas. */
export function list<T extends z.ZodType<string>>(item: T) {
  return z.preprocess(
    (value) => (typeof value === 'string' ? value.split(',').map((part) => part.trim()) : value),
    z.array(item),
  );
}

/** An address or a CIDR range, IPv4 or IPv6. */
export const network = z
  .string()
  .refine(
    (value) => ipaddr.isValid(value) || ipaddr.isValidCIDR(value),
    'must be addresses or CIDR ranges, such as 10.0.0.0/8',
  );

export const storageUrl = z
  .string()
  .regex(/^(sqlite:.+|mongodb(\+srv)?:\/\/.+)$/, 'must start with sqlite: or mongodb://');

/** Whom somebody from outside writes to. */
export const contact = z.string().regex(/^(mailto:|https:\/\/)/, 'must start with mailto: or https://');

/** The mail server, or `off`. */
export const smtpUrl = z
  .string()
  .transform((text, context) => (text === 'off' ? ('off' as const) : parsed(parseSmtpUrl, text, context)));

/** Who mails come from. */
export const sender = z.string().transform((text, context) => parsed(parseSender, text, context));

/** What is called over the network must not be read or answered by anybody on the way. */
export const secureUrl = z
  .url({ protocol: /^https?$/ })
  // What is no address at all is told of by the line above, and comes by here all the same.
  .refine(
    (url) => !URL.canParse(url) || url.startsWith('https:') || isLoopbackHost(new URL(url).hostname),
    'must start with https: (http: is for loopback alone)',
  );

/** The rules that need more than one setting; one that is itself wrong is missing here, and told of already. @returns what is wrong, one sentence each */
export function checkTogether(config: {
  environment?: string;
  issuer?: string | undefined;
  secretKey?: string[] | undefined;
  passwordHashMemory?: number;
  passwordHashPasses?: number;
  sessionIdle?: number | undefined;
  sessionAbsolute?: number | undefined;
  smtpUrl?: object | 'off' | undefined;
  mailFrom?: object | undefined;
  passkeys?: string;
}): string[] {
  const problems: string[] = [];
  const isProduction = config.environment === 'production';
  if (isProduction && !config.issuer)
    problems.push('ISSUER: must be set in production, to the https: address people reach the server at');
  if (isProduction && !config.secretKey)
    problems.push(
      'SECRET_KEY: must be set in production, for instance from `openssl rand -base64 32`; keep it safe, it opens what is sealed in the database',
    );
  if (isProduction && !config.smtpUrl)
    problems.push(
      'SMTP_URL: must be set in production, such as smtp://user:password@mail.example.com; or to off, where nobody is to get mail',
    );
  if (config.smtpUrl && config.smtpUrl !== 'off' && !config.mailFrom)
    problems.push('MAIL_FROM: must be set where SMTP_URL is, to an address that the mail server sends for');
  if (config.issuer) problems.push(...checkIssuer(new URL(config.issuer), isProduction));
  // WebAuthn Level 3, 5.1.3: a relying party is a domain. Administrators would stand before a page that can let nobody in.
  if (config.passkeys === 'required-for-administrators' && isAddress(config.issuer))
    problems.push('PASSKEYS: cannot be demanded while ISSUER is an IP address: passkeys need a host name');
  if ((config.sessionIdle ?? 0) > (config.sessionAbsolute ?? Infinity))
    problems.push('SESSION_IDLE: must not be longer than SESSION_ABSOLUTE');
  const { passwordHashMemory: memory = 46, passwordHashPasses: passes = 1 } = config;
  if (memory < 46 && passes < 2)
    problems.push('PASSWORD_HASH_MEMORY: must be 46 or more, or PASSWORD_HASH_PASSES 2 or more (OWASP)');
  return problems;
}

function isAddress(issuer: string | undefined): boolean {
  return issuer !== undefined && isIP(new URL(issuer).hostname.replace(/^\[|\]$/g, '')) !== 0;
}

function checkIssuer(issuer: URL, isProduction: boolean): string[] {
  const problems: string[] = [];
  if (isProduction && issuer.protocol === 'http:' && !isLoopbackHost(issuer.hostname)) {
    problems.push('ISSUER: must start with https: in production (http: is for loopback alone)');
  }
  if (issuer.search || issuer.hash || issuer.username || issuer.password)
    problems.push('ISSUER: must have no query, fragment or user name');
  if (issuer.pathname !== '/') problems.push('ISSUER: must have no path; give Gatehouse a host name of its own');
  return problems;
}

/** @param where a variable, or a file with its line */
export function problemOf(where: string, issue: z.core.$ZodIssue): string {
  const message = issue.message
    .replace(/^Invalid (input|option): expected /, 'must be ')
    .replace(/^Invalid URL$/, 'must be an http: or https: address');
  return `${where}: ${message}`;
}

function parsed<T>(parse: (text: string) => T, text: string, context: z.core.$RefinementCtx): T {
  try {
    return parse(text);
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message });
    return z.NEVER;
  }
}

function toSeconds(text: string): number {
  const unit = text.at(-1) as keyof typeof unitSeconds;
  return Number(text.slice(0, -1)) * unitSeconds[unit];
}
