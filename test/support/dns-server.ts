// A DNS server on a UDP port of its own, which answers as it is told: the real resolver asks it.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { decode, encode, type Packet } from 'dns-packet';

/** The TXT records of a name, each in its strings; else the code of the answer, or none at all. */
export type DnsAnswer = string[][] | 'NXDOMAIN' | 'SERVFAIL' | 'REFUSED' | 'silence';

const codes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;
const authoritative = 1 << 10;

export async function startDnsServer(answers: Record<string, DnsAnswer>) {
  const socket = createSocket('udp4');
  socket.on('message', (message, { port, address }) => {
    const { id, questions = [] } = decode(message);
    const name = questions[0]?.name ?? '';
    const answer = answers[name] ?? 'NXDOMAIN';
    if (answer === 'silence') return;
    const records = Array.isArray(answer) ? answer : [];
    const packet: Packet = {
      type: 'response',
      ...(id === undefined ? {} : { id }),
      flags: authoritative | codes[Array.isArray(answer) ? 'NOERROR' : answer],
      questions,
      answers: records.map((data) => ({ type: 'TXT', name, ttl: 60, data })),
    };
    socket.send(encode(packet), port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address() as AddressInfo;
  return { server: `127.0.0.1:${port}`, close: () => new Promise<void>((resolve) => socket.close(() => resolve())) };
}
