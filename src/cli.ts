// `gatehouse COMMAND`: what operators do from a shell. Each group of commands stands in a file of src/commands; here they only meet.
import { Command } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addAdminCommands } from './commands/admin.ts';
import { addAuditCommands } from './commands/audit.ts';
import { endOfParsing } from './commands/command.ts';
import { addConfigCommands } from './commands/config.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addMailCommands } from './commands/mail.ts';
import { addUserCommands } from './commands/users.ts';

const program = new Command('gatehouse')
  .description('Gatehouse, a self-hosted OpenID Connect provider: what operators do from a shell.')
  .version(manifest.version)
  .showHelpAfterError('Add --help to see what there is.')
  .exitOverride()
  .addHelpText(
    'after',
    '\nExample:\n  gatehouse config check\n\nEach command has a --help of its own, with its exit status.',
  );
for (const add of [
  addConfigCommands,
  addUserCommands,
  addAdminCommands,
  addMailCommands,
  addKeyCommands,
  addAuditCommands,
  addDoctorCommand,
])
  add(program, process.env);

// `gatehouse … | head` is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
await program.parseAsync().catch((error: unknown) => endOfParsing(error, process.argv.includes('--json')));
