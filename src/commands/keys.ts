// `gatehouse keys …`: the signing keys, beside a running server or without one.
import type { Command } from 'commander';
import { operator } from '../administration/administrator.ts';
import { createSigningKeys, type SigningKeyView } from '../administration/signing-keys.ts';
import {
  type Answer,
  type CommonOptions,
  type Environment,
  exitStatus,
  origin,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';

const listDescription = `Lists the signing keys with what each is for now.
States: signing; next (published already, so that apps know it when it takes over); retiring (kept so that apps can check what it signed);
revoked (taken out of the list).`;

const rotateDescription = `Lets the next keys sign from now on and makes further ones. The keys of before stay published until their tokens are of no
use: nothing breaks. Refused while the next keys have been published for less than an hour, since apps may not know them.
Running servers follow within seconds.`;

const revokeDescription = `For a key that has leaked: takes it out of the list at once and destroys it. If it signs, the next key does so from now on.
Apps refuse ID tokens of this key as soon as they read the list again, and trust what a thief signs until then: restart those that matter.
People stay signed in. It cannot be taken back. An id that begins with a hyphen stands behind \`--\`.`;

type Act = (keys: ReturnType<typeof createSigningKeys>) => Promise<readonly SigningKeyView[]>;
const who = operator(origin);

export function addKeyCommands(program: Command, env: Environment): void {
  const keys = program.command('keys').description('The keys that tokens are signed with.');
  const add = (name: string, about: { summary: string; description: string; example: string }) =>
    withCommonOptions(keys.command(name).summary(about.summary).description(about.description), about.example);

  add('list', { summary: 'what each is for', description: listDescription, example: 'gatehouse keys list' }).action(
    (options: CommonOptions) => run(options, () => answer(env, options, (signingKeys) => signingKeys.list(who))),
  );
  add('rotate', {
    summary: 'let the next ones sign, now',
    description: rotateDescription,
    example: 'gatehouse keys rotate',
  }).action((options: CommonOptions) =>
    run(options, () => answer(env, options, (signingKeys) => signingKeys.rotate(who))),
  );
  add('revoke', {
    summary: 'take out one that has leaked',
    description: revokeDescription,
    example: 'gatehouse keys revoke 2T8No1ENU76ro0B54nuAnZ',
  })
    .argument('<kid>', 'its id, as `keys list` shows it')
    .action((kid: string, options: CommonOptions) =>
      run(options, () => answer(env, options, (signingKeys) => signingKeys.revoke(who, kid))),
    );
}

/** Another process has the provider: it looks for itself. */
async function answer(env: Environment, { config: file }: CommonOptions, act: Act): Promise<Answer> {
  return withServices({ env, file }, async ({ keys }) => {
    const shown = await act(createSigningKeys({ keys, followKeys: async () => undefined }));
    const text = shown.map(lineOf).join('\n') || 'There is none yet: the server makes them at its first start.';
    return { status: exitStatus.ok, text, json: { keys: shown.map(readable) } };
  });
}

function lineOf({ kid, algorithm, state, since, until }: SigningKeyView): string {
  const end = until === undefined ? '' : `  until ${iso(until)}`;
  return `${algorithm}  ${state.padEnd(8)}  ${kid}  since ${iso(since)}${end}`;
}

function readable({ since, until, readyAt, ...key }: SigningKeyView) {
  const times = Object.entries({ since, until, readyAt });
  return {
    ...key,
    ...Object.fromEntries(times.flatMap(([name, at]) => (at === undefined ? [] : [[name, iso(at)]]))),
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
