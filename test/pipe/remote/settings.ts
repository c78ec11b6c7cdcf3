import type { RemoteSettings } from '../../../lib/pipe/remote/settings.ts';

/** A remote cache at an address, as tests mean it. */
export function remoteAt(url: string, given: Partial<RemoteSettings> = {}): RemoteSettings {
  return {
    url,
    from: 'a test',
    write: false,
    readOnlyFor: null,
    download: 'needed',
    timeout: 60,
    region: null,
    endpoint: null,
    ca: null,
    certificate: null,
    key: null,
    login: null,
    token: null,
    ...given,
  };
}
