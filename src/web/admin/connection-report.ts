// What a test of a connection has shown, in plain words.
import { addressIn, domainOf, vouchesForMfa } from '../../federation/claims.ts';
import type { Connection } from '../../federation/connection.ts';
import type { Outcome } from '../../federation/round-trip.ts';
import type { UpstreamClaims } from '../../federation/upstream.ts';
import type { UpstreamProblem } from '../../federation/upstream-problem.ts';
import type { TestReportModel } from '../http/admin-connection-models.ts';

/** What concerns the exchange alone. */
const plumbing = new Set(['nonce', 'at_hash', 'c_hash', 's_hash']);
const mostClaims = 60;
const longestValue = 300;

export function testReport(outcome: Outcome, connection: Connection, proved: ReadonlySet<string>): TestReportModel {
  if (outcome.result === 'problem') return problemReport(outcome);
  const { claims } = outcome;
  return {
    isGood: true,
    verdict: { key: 'admin.connection.test.good' },
    findings: findingsOf(claims, connection, proved),
    claims: Object.entries(claims)
      .filter(([name, value]) => !plumbing.has(name) && value !== undefined)
      .slice(0, mostClaims)
      .map(([name, value]) => ({ name: name.slice(0, 100), value: textOf(value).slice(0, longestValue) })),
  };
}

export function problemReport({ problem, detail }: { problem: UpstreamProblem; detail: string }): TestReportModel {
  const verdict = { key: `admin.connection.problem.${problem}` };
  return { isGood: false, verdict, ...(detail ? { detail } : {}), findings: [], claims: [] };
}

function findingsOf(
  claims: UpstreamClaims,
  connection: Connection,
  proved: ReadonlySet<string>,
): TestReportModel['findings'] {
  const address = addressIn(claims, connection, proved);
  const email = address.email ?? '';
  const isMfa = vouchesForMfa(claims, connection);
  const isOwnDomain = !address.doubt && connection.domains.includes(domainOf(email)) && proved.has(domainOf(email));
  return [
    { text: { key: 'admin.connection.finding.identity', values: { subject: claims.sub } }, isGood: true },
    address.doubt
      ? { text: { key: `admin.connection.finding.${address.doubt}`, values: { email } }, isGood: false }
      : { text: { key: 'admin.connection.finding.proved', values: { email } }, isGood: true },
    { text: { key: mfaKey(isMfa, connection) }, isGood: isMfa || !connection.trustsMfa },
    ...(connection.allowsSignUp
      ? [{ text: { key: `admin.connection.finding.${isOwnDomain ? 'signUp' : 'noSignUp'}` }, isGood: isOwnDomain }]
      : []),
  ];
}

function mfaKey(isMfa: boolean, { trustsMfa }: Connection): string {
  if (isMfa) return 'admin.connection.finding.mfa';
  return trustsMfa ? 'admin.connection.finding.noMfa' : 'admin.connection.finding.ownMfa';
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
