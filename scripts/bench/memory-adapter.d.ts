// The library's in-memory adapter, which its types leave out.
declare module 'oidc-provider/lib/adapters/memory_adapter.js' {
  import type { AdapterConstructor } from 'oidc-provider';

  const MemoryAdapter: new (model: string, store: Map<string, unknown>) => InstanceType<AdapterConstructor>;
  export default MemoryAdapter;
}
