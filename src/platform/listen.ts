// Opening a port, with time-outs that a slow or silent sender cannot outlast.
import { createServer, type RequestListener, type Server } from 'node:http';

/** `localhost` means both loopback addresses: browsers and tools disagree about which comes first.
 *  @throws Error that says which port is taken */
export async function listen(
  handler: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Server[]> {
  if (host !== 'localhost') return [await open(handler, host, port)];
  const first = await open(handler, '127.0.0.1', port);
  const second = await open(handler, '::1', port).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT') return undefined;
    throw error;
  });
  return second ? [first, second] : [first];
}

function open(handler: RequestListener, host: string, port: number): Promise<Server> {
  const server = createServer({ requestTimeout: 30_000, headersTimeout: 15_000, keepAliveTimeout: 65_000 }, handler);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        error.code === 'EADDRINUSE'
          ? Object.assign(
              new Error(`port ${port} is taken: stop what uses it, or set another one (PORT, SAMPLE_PORT)`),
              { code: error.code },
            )
          : error,
      );
    });
    server.listen({ host, port }, () => resolve(server));
  });
}

/** Lets requests under way finish, for at most `graceMs`. */
export async function closeAll(servers: readonly Server[], graceMs: number): Promise<void> {
  const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  for (const server of servers) server.closeIdleConnections();
  const timer = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, graceMs);
  await Promise.all(closed);
  clearTimeout(timer);
}
