// The provider that answers now. It cannot change its keys: where they turn over, another is built and takes its place between two
// requests. Those under way end where they began, whose keys are published on both sides.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import type { KeySet, Keys } from './keys.ts';

interface Running {
  version: string;
  provider: Provider;
  handler(req: IncomingMessage, res: ServerResponse): Promise<void>;
}

export interface RunningProviderDependencies {
  keys: Pick<Keys, 'load' | 'version'>;
  build(jwks: KeySet['jwks']): Provider;
}

export async function createRunningProvider({ keys, build }: RunningProviderDependencies) {
  let running = await start();
  let last: Promise<void> = Promise.resolve();

  async function start(): Promise<Running> {
    const { version, jwks } = await keys.load();
    const provider = build(jwks);
    return { version, provider, handler: provider.callback() as Running['handler'] };
  }

  /** Takes up the keys that are stored, where they are not those in use. One look after the other: an older one never wins.
   *  @throws what the storage throws, or 'sealed_value_unreadable': the keys of before go on */
  function follow(): Promise<void> {
    const look = async () => {
      if ((await keys.version()) !== running.version) running = await start();
    };
    last = last.then(look, look);
    return last;
  }

  return {
    handle: (req: IncomingMessage, res: ServerResponse) => running.handler(req, res),
    /** Asked at each use, never kept. */
    provider: () => running.provider,
    follow,
  };
}
