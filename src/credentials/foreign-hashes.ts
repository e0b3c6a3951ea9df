// Password hashes of other systems, as `users import` takes them: checked here until the person's next sign-in replaces them.
import { pbkdf2, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { compare } from 'bcryptjs';

const scryptAsync = promisify<string, Buffer, number, { N: number; r: number; p: number; maxmem: number }, Buffer>(
  scrypt,
);
const pbkdf2Async = promisify(pbkdf2);

const bcryptHash = /^\$2[aby]\$(0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}$/;
// Keys of 16 bytes at least (22 characters): a cut-off one would match any password.
const scryptHash = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{22,})$/;
const pbkdf2Hash = /^\$pbkdf2-sha(1|256|512)\$i=(\d{1,8})(?:,l=\d+)?\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]{22,})$/;
const djangoHash = /^pbkdf2_sha(1|256)\$(\d{1,8})\$([^$]+)\$([A-Za-z0-9+/]{22,}=*)$/;
/** The parameters come in any order. */
const argon2Hash =
  /^\$argon2(?:id|i|d)\$v=19\$((?:[mtp]=\d{1,7},){2}[mtp]=\d{1,7})\$[A-Za-z0-9+/]{11,}\$[A-Za-z0-9+/]{16,}$/;

/** What an import accepts: PHC strings of argon2, scrypt and PBKDF2, bcrypt, and Django's PBKDF2. Costs that would stop the server are refused. */
export function isKnownHash(hash: string): boolean {
  const argon2 = argon2Hash.exec(hash);
  if (argon2) {
    const {
      m = 0,
      t = 0,
      p = 0,
    } = Object.fromEntries((argon2[1] ?? '').split(',').map((part) => [part.slice(0, 1), Number(part.slice(2))]));
    return m >= 8 * p && m <= 1_048_576 && t >= 1 && t <= 20 && p >= 1 && p <= 16;
  }
  const scryptCost = scryptHash.exec(hash);
  if (scryptCost) return isWithin(scryptCost[1], 18) && isWithin(scryptCost[2], 16) && isWithin(scryptCost[3], 8);
  const iterations = pbkdf2Hash.exec(hash)?.[2] ?? djangoHash.exec(hash)?.[2];
  if (iterations !== undefined) return isWithin(iterations, 5_000_000);
  return bcryptHash.test(hash);
}

function isWithin(cost: string | undefined, most: number): boolean {
  return Number(cost) >= 1 && Number(cost) <= most;
}

export function isForeign(hash: string): boolean {
  return !argon2Hash.test(hash);
}

/** @param password as normalised for our own hashes   @returns false for a hash of no known kind */
export async function verifyForeign(hash: string, password: string): Promise<boolean> {
  if (bcryptHash.test(hash)) return compare(password, hash);
  const asScrypt = scryptHash.exec(hash);
  if (asScrypt) return verifyScrypt(asScrypt, password);
  const asPbkdf2 = pbkdf2Hash.exec(hash);
  if (asPbkdf2) return verifyPbkdf2(asPbkdf2, password, Buffer.from(asPbkdf2[3] ?? '', 'base64'));
  const asDjango = djangoHash.exec(hash);
  if (asDjango) return verifyPbkdf2(asDjango, password, Buffer.from(asDjango[3] ?? '', 'utf8'));
  return false;
}

async function verifyScrypt([, ln, r, p, salt = '', key = '']: RegExpExecArray, password: string): Promise<boolean> {
  const expected = Buffer.from(key, 'base64');
  const options = { N: 2 ** Number(ln), r: Number(r), p: Number(p), maxmem: 1024 * 1024 * 1024 };
  return timingSafeEqual(await scryptAsync(password, Buffer.from(salt, 'base64'), expected.length, options), expected);
}

async function verifyPbkdf2(
  [, sha, iterations, , key = '']: RegExpExecArray,
  password: string,
  salt: Buffer,
): Promise<boolean> {
  const expected = Buffer.from(key, 'base64');
  return timingSafeEqual(await pbkdf2Async(password, salt, Number(iterations), expected.length, `sha${sha}`), expected);
}
