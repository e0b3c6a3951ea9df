// The routes of the web, as the stack has them.
import type { TestApp } from './start-app.ts';

export interface Route {
  method: string;
  /** As it was declared: `/interaction/:uid/code`. */
  path: string;
  matches(path: string): boolean;
}

export function routesOf({ app }: Pick<TestApp, 'app'>): Route[] {
  return app
    .stack([])
    .routers.flatMap(({ stack }) => stack)
    .flatMap(({ methods, path, regexp }) =>
      methods.map((method) => ({
        method,
        path: String(path),
        matches: (given: string) => regexp?.test(given) ?? false,
      })),
    );
}
