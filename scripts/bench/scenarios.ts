// What is measured. Each scenario gives every virtual user one act, which is done again and again for the time of a round.
import { peopleCount } from './fixtures.ts';
import { codeFlow, discover, introspect, refresh, signIn, type Tokens, userinfo } from './flows.ts';
import { type Send, withCookies } from './http.ts';

export type Act = () => Promise<unknown>;

export interface Scenario {
  title: string;
  /** Virtual users, and connections. */
  users: number;
  /** Makes what one user needs beforehand; it also warms the server up. */
  prepare(send: Send, person: number): Promise<Act>;
}

export const scenarioNames = ['discovery', 'refresh', 'userinfo', 'introspection', 'code-flow', 'sign-in'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** Enough to keep every hashing thread busy while others render pages. */
const signingIn = 8;

export const scenarios: Record<ScenarioName, Scenario> = {
  discovery: { title: 'discovery', users: peopleCount, prepare: async (send) => () => discover(send) },
  refresh: {
    title: 'refresh with rotation',
    users: peopleCount,
    async prepare(send, person) {
      let tokens = await signedIn(send, person);
      return async () => {
        tokens = await refresh(send, tokens);
      };
    },
  },
  userinfo: { title: 'userinfo', users: peopleCount, prepare: withTokens(userinfo) },
  introspection: { title: 'introspection', users: peopleCount, prepare: withTokens(introspect) },
  'code-flow': {
    title: 'code flow with a session (GET /auth, POST /token)',
    users: peopleCount,
    async prepare(send, person) {
      const browser = withCookies(send);
      await signIn(browser, send, person);
      return () => codeFlow(browser, send);
    },
  },
  'sign-in': {
    title: 'whole sign-in by password',
    users: signingIn,
    prepare: async (send, person) => () => signedIn(send, person),
  },
};

function withTokens(act: (send: Send, tokens: Tokens) => Promise<void>): Scenario['prepare'] {
  return async (send, person) => {
    const tokens = await signedIn(send, person);
    return () => act(send, tokens);
  };
}

function signedIn(send: Send, person: number): Promise<Tokens> {
  return signIn(withCookies(send), send, person);
}
