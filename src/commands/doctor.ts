// `gatehouse doctor`: what is broken, unsafe or worth a look, with what to do about each. Nothing is changed and no mail is sent.
import { join } from 'node:path';
import type { Command } from 'commander';
import { operator } from '../administration/administrator.ts';
import { createAttention } from '../administration/attention.ts';
import { type Finding, type Severity, type Subject, severities } from '../administration/findings.ts';
import { createHealth } from '../administration/health.ts';
import { settingsFindings } from '../administration/setting-findings.ts';
import { createSigningKeys } from '../administration/signing-keys.ts';
import { createTracker } from '../administration/tracker.ts';
import { type Config, ConfigError } from '../config.ts';
import { viewsFolder } from '../ground.ts';
import { isDomainError } from '../platform/errors.ts';
import { createLocales } from '../platform/locales.ts';
import {
  type Answer,
  type CommonOptions,
  type Environment,
  exitStatus,
  origin,
  readConfig,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';

const description = `Looks at the settings, the storage, people, apps and mail, and says what is broken, unsafe or worth a look, with what
to do about each. Nothing is changed and no mail is sent. Ends with 1 where anything is broken or unsafe.`;

export function addDoctorCommand(program: Command, env: Environment): void {
  const doctor = program.command('doctor').summary('say what is unsafe or broken').description(description);
  withCommonOptions(doctor, 'gatehouse doctor').action((options: CommonOptions) =>
    run(options, () => examine(env, options)),
  );
}

/** As it is printed. */
interface Told {
  severity: Severity;
  about: string;
  text: string;
}

async function examine(env: Environment, { config: file }: CommonOptions): Promise<Answer> {
  try {
    return report(await look(env, file, readConfig({ env, file })));
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return report(error.problems.map((text) => ({ severity: 'broken', about: 'settings', text })));
  }
}

async function look(env: Environment, file: string | undefined, config: Config): Promise<Told[]> {
  try {
    return await withServices({ env, file }, async (services) => {
      await services.storage.ping();
      const signingKeys = createSigningKeys({ ...services, followKeys: async () => undefined });
      const own = { signingKeys, attention: createAttention(services), tracker: createTracker(services) };
      const found = await createHealth({ ...services, ...own }).look(operator(origin));
      return found.map(inWords());
    });
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return [...settingsFindings(config).map(inWords()), { severity: 'broken', about: 'storage', text: error.detail }];
  }
}

/** In English, as all that commands say. */
function inWords(): (finding: Finding) => Told {
  const t = createLocales(join(viewsFolder, 'locales')).translator('en');
  return ({ severity, code, subject, values = {} }) => ({
    severity,
    about: aboutOf(subject),
    text: t({ key: `finding.${code}`, values }),
  });
}

function aboutOf(subject: Subject): string {
  if (subject.kind === 'owner') return `owner ${subject.name}`;
  return subject.kind === 'setting' || subject.kind === 'topic' ? subject.id : `${subject.kind} ${subject.id}`;
}

function report(findings: readonly Told[]): Answer {
  const sorted = findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity));
  const lines = sorted.map(({ severity, about, text }) => `${severity.padEnd(6)}  ${about}: ${text}`);
  const isBad = sorted.some(({ severity }) => severity !== 'advice');
  return {
    status: isBad ? exitStatus.refused : exitStatus.ok,
    text: lines.join('\n') || 'Nothing is wrong.',
    json: { findings: sorted },
  };
}
