// `gatehouse admin …`: the break-glass way in. It ends in a temporary password, which opens nothing but the choice of an own one.
import type { Command } from 'commander';
import { isEmail } from '../accounts/account.ts';
import { hasSecondFactor } from '../accounts/factors.ts';
import { ownerRole, type Recovery } from '../credentials/owner-recovery.ts';
import {
  type Answer,
  CommandError,
  type CommonOptions,
  type Environment,
  exitStatus,
  origin,
  run,
  withCommonOptions,
  withServices,
} from './command.ts';

const recoverDescription = `Gives an owner a way in: prints a temporary password, with which an own one is chosen at the next sign-in.
Ends the sessions of the account. An address without an account gets one, as an owner.`;

interface RecoverOptions extends CommonOptions {
  email: string;
  makeOwner?: boolean;
  resetMfa?: boolean;
}

interface Done {
  isNew: boolean;
  wasOwner: boolean;
  hadSecondFactor: boolean;
}

export function addAdminCommands(program: Command, env: Environment): void {
  const admin = program.command('admin').description('Ways in for administrators.');
  const recover = admin
    .command('recover')
    .summary('a way in for an owner who is locked out')
    .description(recoverDescription)
    .requiredOption('--email <address>', 'the address of the account')
    .option('--make-owner', 'give the account every right on this instance, where it has not')
    .option('--reset-mfa', 'remove a second factor that was lost');
  withCommonOptions(recover, 'gatehouse admin recover --email ana@example.com --reset-mfa').action(
    (options: RecoverOptions) => run(options, () => recoverOwner(env, options)),
  );
}

async function recoverOwner(
  env: Environment,
  { config: file, email, makeOwner = false, resetMfa = false }: RecoverOptions,
): Promise<Answer> {
  if (!isEmail(email.trim()))
    throw new CommandError(exitStatus.usage, `${JSON.stringify(email)} is not an email address.`);
  return withServices({ env, file }, async (services) => {
    const before = await services.accounts.findByEmail(email);
    const recovery = await services.invitations.recoverOwner(email.trim(), { makeOwner, resetMfa }, origin);
    return tell(recovery, {
      isNew: before === undefined,
      wasOwner: before?.roles.includes(ownerRole) ?? false,
      hadSecondFactor: resetMfa && before !== undefined && hasSecondFactor(before),
    });
  });
}

function tell({ email, signInUrl, temporaryPassword, expiresAt }: Recovery, done: Done): Answer {
  const expires = new Date(expiresAt).toISOString();
  const json = {
    email,
    signInUrl,
    temporaryPassword,
    expiresAt: expires,
    accountCreated: done.isNew,
    ownerRoleGiven: !done.wasOwner,
    mfaReset: done.hadSecondFactor,
  };
  const notes = [
    done.isNew
      ? `There was no account with this address: one was made, with every right on this instance.`
      : 'The password of the account, every session and every token have ended.',
    ...(done.isNew || done.wasOwner ? [] : ['The account was given every right on this instance.']),
    ...(done.hadSecondFactor ? ['Its second factor was removed.'] : []),
    'The temporary password is shown this once. Sign in with it and choose your own.',
  ];
  const rows = [
    `Sign in at           ${signInUrl}`,
    `Email address        ${email}`,
    `Temporary password   ${temporaryPassword}`,
    `Good until           ${expires}`,
  ];
  return { status: exitStatus.ok, text: [...rows, '', ...notes].join('\n'), json };
}
