/** Every record, read page by page. @param read the page behind this id */
export async function* paged<T extends { id: string }>(
  read: (after: string | undefined) => Promise<T[]>,
): AsyncGenerator<T> {
  let page = await read(undefined);
  while (page.length > 0) {
    yield* page;
    page = await read(page.at(-1)?.id);
  }
}
