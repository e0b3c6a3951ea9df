// How each side is set up.
import type { Algorithm } from './fixtures.ts';

export interface BareArguments {
  port: number;
  algorithm: Algorithm;
}

export interface OursArguments extends BareArguments {
  storageUrl: string;
}

export function environmentOf({ port, storageUrl }: OursArguments): Record<string, string> {
  return {
    NODE_ENV: 'production',
    ISSUER: `http://127.0.0.1:${port}`,
    HOST: '127.0.0.1',
    PORT: String(port),
    STORAGE_URL: storageUrl,
    SECRET_KEY: 'a master key for measurements alone',
    SMTP_URL: 'off',
  };
}
