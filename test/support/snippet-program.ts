// A snippet of the console run as the program it is: in a process of its own, with the secret in its environment.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const root = new URL('../../', import.meta.url).pathname;

/** What the page of an app hands out for Node.js, and a person between the two halves of a sign-in. */
const person = `
const { url, kept } = await startSignIn();
console.log(url);
const { value: callback } = await (await import("node:readline")).createInterface({ input: process.stdin })[Symbol.asyncIterator]().next();
console.log(JSON.stringify(await finishSignIn(new URL(callback).searchParams, kept)));
process.exit(0);
`;

/** @param visit takes the browser through the sign-in, and gives back where it ended
 *  @returns the claims of the ID token */
export async function signInWith(
  code: string,
  { secret, visit }: { secret: string; visit(url: string): Promise<URL> },
): Promise<Record<string, unknown>> {
  const program = start(`${code}\n${person}`, secret);
  program.stdin.write(`${(await visit(await program.nextLine())).href}\n`);
  return JSON.parse(await program.nextLine());
}

/** @returns the access token that a program without people gets */
export async function tokenWith(code: string, secret: string): Promise<string> {
  return start(`${code}\nconsole.log(await accessToken());\nprocess.exit(0);\n`, secret).nextLine();
}

function start(code: string, secret: string) {
  const program = spawn(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    env: { CLIENT_SECRET: secret },
  });
  const complaints: string[] = [];
  program.stderr.on('data', (data) => complaints.push(String(data)));
  const lines = createInterface({ input: program.stdout })[Symbol.asyncIterator]();
  async function nextLine(): Promise<string> {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the program ended: ${complaints.join('')}`);
    return value;
  }
  return { stdin: program.stdin, nextLine };
}
