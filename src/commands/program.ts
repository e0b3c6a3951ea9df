// `gatehouse COMMAND`: each group of commands stands in a file of its own; here they only meet.
import { Command } from 'commander';
import manifest from '../../package.json' with { type: 'json' };
import { addAdminCommands } from './admin.ts';
import { addAuditCommands } from './audit.ts';
import { addBackupCommands } from './backup.ts';
import { addClientCommands } from './clients.ts';
import { type Environment, endOfParsing } from './command.ts';
import { addConfigCommands } from './config.ts';
import { addDoctorCommand } from './doctor.ts';
import { addKeyCommands } from './keys.ts';
import { addMailCommands } from './mail.ts';
import { addUserCommands } from './users.ts';

const groups = [
  addConfigCommands,
  addUserCommands,
  addAdminCommands,
  addMailCommands,
  addKeyCommands,
  addAuditCommands,
  addDoctorCommand,
  addClientCommands,
  addBackupCommands,
];

/** Does what the arguments say, prints the answer and sets the exit status of the process.
 *  @param args without the program's name */
export async function runProgram(args: readonly string[], env: Environment): Promise<void> {
  const program = new Command('gatehouse')
    .description('Gatehouse, a self-hosted OpenID Connect provider: what operators do from a shell.')
    .version(manifest.version)
    .showHelpAfterError('Add --help to see what there is.')
    .exitOverride()
    .addHelpText(
      'after',
      '\nExample:\n  gatehouse config check\n\nEach command has a --help of its own, with its exit status.',
    );
  for (const add of groups) add(program, env);
  await program
    .parseAsync([...args], { from: 'user' })
    .catch((error: unknown) => endOfParsing(error, args.includes('--json')));
}
