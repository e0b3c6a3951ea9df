// What a page knows of the session it belongs to, so that it can warn before the end and notice, when the person comes back to it, that
// the session is over or another one stands. Pure: the page and the endpoint it asks tell the same.
import type { Session } from '../../sessions/session.ts';

export interface PageSession {
  /** Names the session and the account to the page; opens nothing. */
  session: string;
  account: string;
  /** For the page's forms. */
  csrf: string;
  secondsLeft: number;
  /** How long before the end the page says so. */
  warnSeconds: number;
  /** The end cannot be put off: one sign-in lasts no longer. */
  isFinal: boolean;
}

/** What the layout of a signed-in page prints. */
export interface PageSessionModel extends PageSession {
  /** Milliseconds UTC. */
  endsAt: number;
  /** Where the page itself stands. */
  path: string;
}

const longWarnSeconds = 300;
const shortWarnSeconds = 60;
/** Limits below this are warned of late: a warning that always stands is none. */
const shortIdleSeconds = 1800;

/** @param now milliseconds UTC */
export function timeLeft(session: Session, now: number): Pick<PageSession, 'secondsLeft' | 'warnSeconds' | 'isFinal'> {
  return {
    secondsLeft: Math.max(0, Math.floor((session.endsAt - now) / 1000)),
    warnSeconds: session.idleSeconds < shortIdleSeconds ? shortWarnSeconds : longWarnSeconds,
    isFinal: session.endsAt >= session.absoluteUntil,
  };
}
