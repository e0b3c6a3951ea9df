// `gatehouse users invite|resend|cancel|invitations`: how people come in by mail. No command shows a link or a temporary password: they are
// in the mail alone, so that nobody but its reader chooses the account's password.
import type { Command } from 'commander';
import { type Account, isEmail } from '../accounts/account.ts';
import { type InvitationStatus, statusOf } from '../accounts/invitation-status.ts';
import { ownerRole } from '../credentials/owner-recovery.ts';
import { DomainError } from '../platform/errors.ts';
import type { Services } from '../services.ts';
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

interface InviteOptions extends CommonOptions {
  givenName?: string;
  familyName?: string;
  organization?: string;
  client?: string;
  role?: string[];
}

const inviteDescription = `Makes an account and mails its owner a link and a temporary password, good for 72 hours.
The person signs in with it once, chooses a password of their own and says their name.`;
const resendDescription = `Mails again: a new link and a new temporary password, which kill the older ones. Who has chosen a password already
gets the way to the sign-in. Takes a cancellation back.`;
const cancelDescription = `Withdraws an invitation that is not accepted yet. An account that was never used is deleted, any other suspended.`;

export function addInvitationCommands(users: Command, env: Environment): void {
  const invite = users
    .command('invite')
    .summary('invite a person by mail')
    .description(inviteDescription)
    .argument('<email>', 'where the mail goes; the person signs in with it')
    .option('--given-name <name>', 'the first name, which the person may change')
    .option('--family-name <name>', 'the last name, which the person may change')
    .option('--role <role>', 'a role; may be given more than once', (role, roles: string[]) => [...roles, role], [])
    .option('--organization <id>', 'the organization the person belongs to; the roles are then roles in it')
    .option('--client <client-id>', 'the client to go on to after the first sign-in, instead of My Profile');
  withCommonOptions(invite, 'gatehouse users invite ana@example.com --given-name Ana --organization acme').action(
    (email: string, options: InviteOptions) => run(options, () => invitePerson(env, email, options)),
  );

  const resend = users
    .command('resend')
    .summary('send an invitation again')
    .description(resendDescription)
    .argument('<email>', 'the address that was invited');
  withCommonOptions(resend, 'gatehouse users resend ana@example.com').action((email: string, options: CommonOptions) =>
    run(options, () => on(env, email, options, sendAgain)),
  );

  const cancel = users
    .command('cancel')
    .summary('withdraw an invitation')
    .description(cancelDescription)
    .argument('<email>', 'the address that was invited');
  withCommonOptions(cancel, 'gatehouse users cancel ana@example.com').action((email: string, options: CommonOptions) =>
    run(options, () => on(env, email, options, withdraw)),
  );

  const list = users
    .command('invitations')
    .summary('who was invited, and how far they are')
    .description('Lists every invitation with its state and the time of its latest step.');
  withCommonOptions(list, 'gatehouse users invitations').action((options: CommonOptions) =>
    run(options, () => withServices({ env, file: options.config }, listInvitations)),
  );
}

async function invitePerson(env: Environment, given: string, options: InviteOptions): Promise<Answer> {
  const email = addressOf(given);
  const { givenName, familyName, organization, client: clientId, role: roles = [] } = options;
  if (roles.includes(ownerRole))
    throw new CommandError(
      exitStatus.usage,
      `The role "${ownerRole}" is given by \`gatehouse admin recover --make-owner\`.`,
    );
  const names = Object.entries({ givenName, familyName }).filter(([, value]) => value !== undefined);
  return withServices({ env, file: options.config }, async ({ invitations, organizations }) => {
    if (organization !== undefined && !(await organizations.get(organization)))
      throw new CommandError(exitStatus.refused, `There is no organization "${organization}".`);
    const given = [...new Set(roles)];
    const standing =
      organization === undefined ? { roles: given } : { roles: [], memberships: [{ organization, roles: given }] };
    const person = { email, clientId, ...standing, ...Object.fromEntries(names) };
    const account = await invitations.invite(person, origin);
    return tell(account, `${email} is invited; the mail is on its way.`);
  });
}

async function sendAgain({ invitations }: Services, { id, passwordHash }: Account): Promise<Answer> {
  const account = await invitations.resend(id, origin);
  const what = passwordHash === undefined ? 'a new link and a new temporary password are' : 'the way to the sign-in is';
  return tell(account, `${account.email}: ${what} on the way.`);
}

async function withdraw({ invitations }: Services, { id, email }: Account): Promise<Answer> {
  const outcome = await invitations.cancel(id, origin);
  const text = `The invitation of ${email} is cancelled; the account is ${outcome}.`;
  return { status: exitStatus.ok, text, json: { email, accountId: id, account: outcome } };
}

async function listInvitations({ invitations }: Services): Promise<Answer> {
  const found: InvitationStatus[] = [];
  for await (const status of invitations.list()) found.push(status);
  found.sort((a, b) => latest(a).localeCompare(latest(b)));
  const width = Math.max(0, ...found.map(({ email }) => email.length));
  const rows = found.map((each) => `${each.email.padEnd(width)}  ${each.state.padEnd(12)}  ${latest(each)}`);
  return {
    status: exitStatus.ok,
    text: rows.length > 0 ? rows.join('\n') : 'Nobody was invited yet.',
    json: { invitations: found.map(toJson) },
  };
}

/** The verbs that name an account by its address. */
function on(
  env: Environment,
  given: string,
  { config: file }: CommonOptions,
  act: (services: Services, account: Account) => Promise<Answer>,
): Promise<Answer> {
  const email = addressOf(given);
  return withServices({ env, file }, async (services) => {
    const account = await services.accounts.findByEmail(email);
    if (!account) throw new DomainError('not_found', `${email} has no account`);
    return act(services, account);
  });
}

function tell(account: Account, sentence: string): Answer {
  const status = statusOf(account);
  return { status: exitStatus.ok, text: sentence, json: status ? toJson(status) : { accountId: account.id } };
}

/** Times as ISO 8601 texts. */
function toJson({ history, expiresAt, temporaryPasswordExpiresAt: until, ...status }: InvitationStatus) {
  return {
    ...status,
    expiresAt: iso(expiresAt),
    ...(until === undefined ? {} : { temporaryPasswordExpiresAt: iso(until) }),
    history: history.map(({ event, at }) => ({ event, at: iso(at) })),
  };
}

function latest({ history }: InvitationStatus): string {
  return iso(history.at(-1)?.at ?? 0);
}

function iso(at: number): string {
  return new Date(at).toISOString();
}

function addressOf(given: string): string {
  const email = given.trim();
  if (!isEmail(email)) throw new CommandError(exitStatus.usage, `${JSON.stringify(given)} is not an email address.`);
  return email;
}
