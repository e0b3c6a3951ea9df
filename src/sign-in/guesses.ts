// What is counted when somebody guesses, and how long the next try waits (documented in docs/architecture.md).
import { canonicalEmail } from '../accounts/account.ts';
import type { ThrottleSubject } from '../credentials/throttle.ts';
import { networkOf } from '../platform/networks.ts';
import type { Secrets } from '../platform/secrets.ts';

type Subjects = [ThrottleSubject, ...ThrottleSubject[]];

/** Passwords. A browser that the account has signed in with is counted by itself, so that nobody, not even a colleague behind the same
 *  address, can make the owner wait. All others: per account and network, then per account over all networks and per network over all
 *  accounts, both with short waits.
 *  @param guess.knownBrowser the hash of such a browser */
export function passwordGuesses(
  secrets: Secrets,
  guess: { email: string; address: string | undefined; knownBrowser: string | undefined },
): Subjects {
  const account = secrets.hmac('throttle', canonicalEmail(guess.email).slice(0, 300));
  const network = networkOf(guess.address ?? 'unknown');
  const pair = { free: 5, firstWaitSeconds: 2, longestWaitSeconds: 900, isClearedBySuccess: true };
  if (guess.knownBrowser) return [{ key: `password ${account} browser ${guess.knownBrowser}`, ...pair }];
  const wide = { free: 100, firstWaitSeconds: 2, longestWaitSeconds: 60 };
  return [
    { key: `password ${account} ${network}`, ...pair },
    { key: `password ${account}`, ...wide, isClearedBySuccess: true },
    { key: `password from ${network}`, ...wide, isClearedBySuccess: false },
  ];
}

/** Passkeys: there is nothing to guess, so one network alone is counted, over all accounts. */
export function passkeyGuesses(address: string | undefined): Subjects {
  const network = networkOf(address ?? 'unknown');
  const wide = { free: 100, firstWaitSeconds: 2, longestWaitSeconds: 60, isClearedBySuccess: false };
  return [{ key: `passkey from ${network}`, ...wide }];
}

/** Codes, and those of an activation: per account, over all attempts and networks (SP 800-63B-4, 3.2.2). Whoever gets here knows the password already. */
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
