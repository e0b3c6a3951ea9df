// `gatehouse COMMAND`: what operators do from a shell. The commands stand in src/commands.
import { runProgram } from './commands/program.ts';

// `gatehouse … | head` is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
await runProgram(process.argv.slice(2), process.env);
