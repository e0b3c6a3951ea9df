// What the checks at the start let pass, and an operator should know. Pure.
import type { Config } from '../config.ts';
import { policyDefaults } from '../organizations/policy.ts';
import type { Finding, Severity } from './findings.ts';

export function settingsFindings(config: Config): Finding[] {
  const { isProduction, passwordMinLength = policyDefaults.passwordMinLength } = config;
  const isOpen = config.trustedProxies.some((range) => /^(0\.0\.0\.0|::)\/0$/.test(range));
  const isShort = passwordMinLength < policyDefaults.passwordMinLength && config.mfa !== 'required';
  const found: [boolean, Severity, string, string][] = [
    [!isProduction, 'advice', 'NODE_ENV', 'development'],
    [isProduction && config.smtpUrl === 'off', 'advice', 'SMTP_URL', 'mailOff'],
    [isOpen, 'unsafe', 'TRUSTED_PROXIES', 'anyProxy'],
    [isShort, 'unsafe', 'PASSWORD_MIN_LENGTH', 'shortOwnPasswords'],
    [config.securityContact === undefined, 'advice', 'SECURITY_CONTACT', 'noContact'],
    [config.storageUrl.startsWith('sqlite:') && config.workers > 8, 'advice', 'WORKERS', 'manyWorkers'],
  ];
  return found.flatMap(([isSo, severity, id, code]) =>
    isSo ? [{ severity, code, subject: { kind: 'setting' as const, id } }] : [],
  );
}
