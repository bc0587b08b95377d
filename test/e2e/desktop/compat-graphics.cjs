// WebGPU as newer Chromiums speak it, in one that is older. For tests only.
'use strict';
const { GPU, GPUAdapter } = globalThis;

if (GPU !== undefined && !('info' in GPUAdapter.prototype)) {
  const { requestAdapter } = GPU.prototype;
  GPU.prototype.requestAdapter = async function (options) {
    const adapter = await requestAdapter.call(this, options);
    if (adapter === null) return null;
    const { vendor, architecture, device, description } = await adapter.requestAdapterInfo();
    const { isFallbackAdapter } = adapter;
    return Object.assign(adapter, { info: { vendor, architecture, device, description, isFallbackAdapter } });
  };
}
