// A bar on standard error while a file is read; on a terminal alone, so that no log is filled with it.

export interface Progress {
  advance(bytes: number, lines: number): void;
  stop(): void;
}

/** @param whole bytes of the file, or whatever it is counted in   @param unit of what is told beside the bar */
export async function startProgress(whole: number, unit = 'lines'): Promise<Progress> {
  if (!process.stderr.isTTY) return { advance: () => undefined, stop: () => undefined };
  const { Presets, SingleBar } = await import('cli-progress');
  const format = `{bar} {percentage}%  {lines} ${unit}  {duration_formatted}`;
  const bar = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true },
    Presets.shades_classic,
  );
  bar.start(whole, 0, { lines: 0 });
  return { advance: (read, lines) => bar.increment(read, { lines }), stop: () => bar.stop() };
}
