export function findMongod(options: { fetch: boolean }): Promise<string | undefined>;
