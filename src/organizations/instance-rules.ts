// What the operator's settings say of signing in, as a policy that holds for everybody.
import type { Config } from '../config.ts';
import type { StatedRules } from './policy.ts';

export function instanceRules({ mfa, passkeys, passwordMinLength, sessionIdle, sessionAbsolute }: Config): StatedRules {
  return {
    mfa,
    passkeys,
    ...(passwordMinLength === undefined ? {} : { passwordMinLength }),
    ...(sessionIdle === undefined ? {} : { idleSeconds: sessionIdle }),
    ...(sessionAbsolute === undefined ? {} : { absoluteSeconds: sessionAbsolute }),
  };
}
