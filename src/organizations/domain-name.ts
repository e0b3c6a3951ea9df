// Which names can be a firm's domain. Kept in one spelling, the ASCII form in small letters (RFC 5891), so that one domain is one text.
import { domainToASCII, domainToUnicode } from 'node:url';
import { getDomain, getPublicSuffix } from 'tldts';
import { z } from 'zod';
import { isFreeMail } from './free-mail.ts';

/** Where the record that proves a domain stands, under it. */
export const challengeLabel = '_gatehouse-challenge';

/** Of 253 (RFC 1035, 2.3.4), less what the challenge takes. */
const maxLength = 253 - challengeLabel.length - 1;
const typed = /^[\p{L}\p{M}\p{N}.\u3002\uff0e\uff61-]+$/u;
const ascii = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/;

/** @param text as typed: in any case, with letters of any script, with the dot of the root
 *  @returns undefined for what is no DNS name of at least two labels */
export function asciiDomain(text: string): string | undefined {
  const given = text.trim();
  // What a browser would decode or read as an address is no domain here.
  if (!typed.test(given)) return undefined;
  const domain = domainToASCII(given.replace(/\.$/, ''));
  return domain.length <= maxLength && ascii.test(domain) ? domain : undefined;
}

/** As people write it. */
export function shownDomain(domain: string): string {
  return domainToUnicode(domain) || domain;
}

export type DomainRefusal = 'format' | 'public-suffix' | 'free-mail';

/** @returns why a firm cannot claim it, whatever records it could set */
export function domainRefusal(text: string): DomainRefusal | undefined {
  const domain = asciiDomain(text);
  if (domain === undefined) return 'format';
  // Private suffixes too: under github.io everybody may have a name.
  if (getPublicSuffix(domain, { allowPrivateDomains: true }) === domain) return 'public-suffix';
  return isFreeMail(domain) || isFreeMail(getDomain(domain) ?? '') ? 'free-mail' : undefined;
}

const sentences: Record<DomainRefusal, string> = {
  format: 'must be a domain such as acme.example',
  'public-suffix': 'is a suffix under which anybody may have a domain, and no firm’s',
  'free-mail': 'belongs to a provider that gives everybody a mailbox, and is no firm’s',
};

/** What a caller may claim. */
export const domainName = z.string().transform((text, context) => {
  const refusal = domainRefusal(text);
  const domain = asciiDomain(text);
  if (refusal === undefined && domain !== undefined) return domain;
  context.addIssue(sentences[refusal ?? 'format']);
  return z.NEVER;
});
