// A certificate for localhost that nobody knows but who is told of it, made by the openssl of the machine.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** False where the machine has no openssl. */
export const canMakeCertificates = spawnSync('openssl', ['version']).status === 0;

export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-certificate-'));
  const [keyFile, file] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost';
  execFileSync('openssl', [...request.split(' '), '-keyout', keyFile, '-out', file], { stdio: 'ignore' });
  return {
    /** For NODE_EXTRA_CA_CERTS. */
    file,
    key: readFileSync(keyFile),
    cert: readFileSync(file),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
