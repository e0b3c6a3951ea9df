// What is counted when somebody guesses, and how long the next try waits (documented in docs/architecture.md).
import ipaddr from 'ipaddr.js';
import { canonicalEmail } from '../accounts/account.ts';
import type { ThrottleSubject } from '../credentials/throttle.ts';
import type { Secrets } from '../platform/secrets.ts';

type Subjects = [ThrottleSubject, ...ThrottleSubject[]];

/** Passwords: per address-and-network pair first, so that a stranger elsewhere cannot lock the owner out; then per account over
 *  all networks (not for a browser the account has signed in with), and per network over all accounts, both with short waits. */
export function passwordGuesses(
  secrets: Secrets,
  guess: { email: string; address: string | undefined; isKnownBrowser: boolean },
): Subjects {
  const account = secrets.hmac('throttle', canonicalEmail(guess.email).slice(0, 300));
  const network = networkOf(guess.address ?? 'unknown');
  const everywhere = {
    key: `password ${account}`,
    free: 100,
    firstWaitSeconds: 5,
    longestWaitSeconds: 60,
    isClearedBySuccess: true,
  };
  return [
    {
      key: `password ${account} ${network}`,
      free: 5,
      firstWaitSeconds: 2,
      longestWaitSeconds: 900,
      isClearedBySuccess: true,
    },
    ...(guess.isKnownBrowser ? [] : [everywhere]),
    {
      key: `password from ${network}`,
      free: 100,
      firstWaitSeconds: 2,
      longestWaitSeconds: 60,
      isClearedBySuccess: false,
    },
  ];
}

/** Codes: per account, over all attempts and networks (SP 800-63B-4, 3.2.2). Whoever gets here knows the password already. */
export function codeGuesses(accountId: string, method: 'otp' | 'recovery'): Subjects {
  return [
    {
      key: `${method} ${accountId}`,
      free: 10,
      firstWaitSeconds: 60,
      longestWaitSeconds: 900,
      isClearedBySuccess: true,
    },
  ];
}

/** The current password asked again on My Profile. */
export function reauthenticationGuesses(accountId: string): Subjects {
  return [
    {
      key: `password-again ${accountId}`,
      free: 5,
      firstWaitSeconds: 2,
      longestWaitSeconds: 900,
      isClearedBySuccess: true,
    },
  ];
}

/** An IPv6 customer holds a whole /64. The short form of an address leaves groups out, so it is read before it is cut. */
export function networkOf(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const groups = ipaddr.IPv6.parse(address).parts.slice(0, 4);
  return `${groups.map((group) => group.toString(16)).join(':')}::/64`;
}
