// `gatehouse doctor`: what is broken, unsafe or worth a look, with what to do about each. Nothing is changed and no mail is sent.
import type { Command } from 'commander';
import { type Finding, ownerFindings, type Severity, weaknesses } from '../administration/findings.ts';
import { type Config, ConfigError } from '../config.ts';
import { ownerRole } from '../credentials/owner-recovery.ts';
import { policyDefaults } from '../organizations/policy.ts';
import { isDomainError } from '../platform/errors.ts';
import type { Services } from '../services.ts';
import {
  type Answer,
  type CommonOptions,
  type Environment,
  exitStatus,
  readConfig,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';
import { paged } from './paged.ts';

const description = `Looks at the settings, the storage, people, apps and mail, and says what is broken, unsafe or worth a look, with what
to do about each. Nothing is changed and no mail is sent. Ends with 1 where anything is broken or unsafe.`;

export function addDoctorCommand(program: Command, env: Environment): void {
  const doctor = program.command('doctor').summary('say what is unsafe or broken').description(description);
  withCommonOptions(doctor, 'gatehouse doctor').action((options: CommonOptions) =>
    run(options, () => examine(env, options)),
  );
}

async function examine(env: Environment, { config: file }: CommonOptions): Promise<Answer> {
  try {
    const config = readConfig({ env, file });
    const found = settingsFindings(config);
    return report([...found, ...(await storedFindings(env, file))]);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return report(error.problems.map((text) => ({ severity: 'broken', about: 'settings', text })));
  }
}

async function storedFindings(env: Environment, file: string | undefined): Promise<Finding[]> {
  try {
    return await withServices({ env, file }, async (services) => {
      await services.storage.ping();
      return [
        ...ownerFindings(await services.accounts.withRole(ownerRole)),
        ...(await clientFindings(services)),
        ...(await mailFindings(services)),
        ...(await firmFindings(services)),
      ];
    });
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return [{ severity: 'broken', about: 'storage', text: error.detail }];
  }
}

/** What the checks at the start let pass, and an operator should know. */
export function settingsFindings(config: Config): Finding[] {
  const found: Finding[] = [];
  const tell = (severity: Severity, about: string, text: string) => found.push({ severity, about, text });
  if (!config.isProduction)
    tell('advice', 'NODE_ENV', 'is not production: the sample app, the mailbox and the development defaults are on.');
  if (config.isProduction && config.smtpUrl === 'off')
    tell('advice', 'SMTP_URL', 'is off: invitations, password resets and security notices reach nobody.');
  if (config.trustedProxies.some((range) => /^(0\.0\.0\.0|::)\/0$/.test(range)))
    tell('unsafe', 'TRUSTED_PROXIES', 'trusts every address: anybody may say where they come from. Name the proxies.');
  if (
    (config.passwordMinLength ?? policyDefaults.passwordMinLength) < policyDefaults.passwordMinLength &&
    config.mfa !== 'required'
  )
    tell('unsafe', 'PASSWORD_MIN_LENGTH', 'allows less than 12 characters where no second factor is demanded.');
  if (config.securityContact === undefined)
    tell('advice', 'SECURITY_CONTACT', 'is not set: who finds a vulnerability does not learn where to report it.');
  if (config.storageUrl.startsWith('sqlite:') && config.workers > 8)
    tell('advice', 'WORKERS', 'more than 8 processes on one SQLite file wait for one another: use MongoDB.');
  return found;
}

async function clientFindings({ clients }: Services): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const client of paged((after) => clients.list({ after, limit: 500 }))) found.push(...weaknesses(client));
  return found;
}

async function mailFindings({ deliveries }: Services): Promise<Finding[]> {
  const refused = await deliveries.list({ state: 'refused', limit: 1000 });
  const retrying = await deliveries.list({ state: 'retrying', limit: 1000 });
  return [
    ...(retrying.length > 0
      ? [
          {
            severity: 'broken' as const,
            about: 'mail',
            text: `${retrying.length} waiting for another try; the mail server said: ${retrying[0]?.answer ?? 'nothing'}. See \`gatehouse mail list\`.`,
          },
        ]
      : []),
    ...(refused.length > 0
      ? [
          {
            severity: 'advice' as const,
            about: 'mail',
            text: `${refused.length} refused in the last two weeks. See \`gatehouse mail list --state refused\`.`,
          },
        ]
      : []),
  ];
}

async function firmFindings({ domainClaims, organizations, policies }: Services): Promise<Finding[]> {
  const found: Finding[] = [];
  for await (const firm of paged((after) => organizations.list({ after, limit: 500 }))) {
    const { id } = firm;
    const about = `organization ${id}`;
    const { mfa, passwordMinLength } = await policies.of([id]);
    if (mfa !== 'required' && passwordMinLength < policyDefaults.passwordMinLength) {
      const text = `allows passwords of ${passwordMinLength} characters where no second factor is demanded.`;
      found.push({ severity: 'unsafe', about, text });
    }
    const verified = await domainClaims.verifiedOf(firm);
    const open = firm.domains.filter((domain) => !verified.includes(domain));
    if (open.length > 0)
      found.push({ severity: 'advice', about, text: `claims ${open.join(', ')} and has not proved it.` });
    const missing = (await domainClaims.flagged(id)).map(({ domain }) => domain);
    if (missing.length > 0) {
      const text = `has proved ${missing.join(', ')}, whose record is gone: another organization that sets one gets it.`;
      found.push({ severity: 'advice', about, text });
    }
  }
  return found;
}

function report(findings: readonly Finding[]): Answer {
  const order: readonly Severity[] = ['broken', 'unsafe', 'advice'];
  const sorted = findings.toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
  const lines = sorted.map(({ severity, about, text }) => `${severity.padEnd(6)}  ${about}: ${text}`);
  const isBad = sorted.some(({ severity }) => severity !== 'advice');
  return {
    status: isBad ? exitStatus.refused : exitStatus.ok,
    text: lines.join('\n') || 'Nothing is wrong.',
    json: { findings: sorted },
  };
}
