/** What does `kubectl describe pod` print of the volumes? The kinds that pods have most; of others the kind alone. Pure. */

import { quantity } from "./spec.js";

const PLAIN = {
  emptyDir: ["EmptyDir (a temporary directory that shares a pod's lifetime)", ({ medium = "", sizeLimit }) => [["Medium", medium], ["SizeLimit", sizeLimit === undefined ? "<unset>" : quantity(sizeLimit)]]],
  configMap: ["ConfigMap (a volume populated by a ConfigMap)", ({ name, optional = false }) => [["Name", name], ["Optional", optional]]],
  secret: ["Secret (a volume populated by a Secret)", ({ secretName, optional = false }) => [["SecretName", secretName], ["Optional", optional]]],
  hostPath: ["HostPath (bare host directory volume)", ({ path, type = "" }) => [["Path", path], ["HostPathType", type]]],
  persistentVolumeClaim: [
    "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
    ({ claimName, readOnly = false }) => [["ClaimName", claimName], ["ReadOnly", readOnly]],
  ],
  image: ["Image (a container image or OCI artifact)", ({ reference, pullPolicy }) => [["Reference", reference], ["PullPolicy", pullPolicy]]],
  downwardAPI: ["DownwardAPI (a volume populated by information about the pod)", () => []],
  projected: ["Projected (a volume that contains injected data from multiple sources)", ({ sources = [] }) => sources.flatMap(sourceRows)],
};

export function* volumeLines(volumes) {
  yield volumes.length ? "Volumes:" : "Volumes:\t<none>";
  for (const { name, ...volume } of volumes) {
    const kind = Object.keys(volume)[0] ?? "emptyDir";
    const [type, rowsOf] = PLAIN[kind] ?? [kind, () => []];
    yield `  ${name}:`;
    yield `    Type:\t${type}`;
    yield* rowsOf(volume[kind] ?? {}).map(([title, value]) => `    ${title}:\t${value}`);
  }
}

function sourceRows({ secret, configMap, downwardAPI, serviceAccountToken }) {
  if (secret) return [["SecretName", secret.name], ["Optional", secret.optional ?? false]];
  if (configMap) return [["ConfigMapName", configMap.name], ["Optional", configMap.optional ?? false]];
  if (downwardAPI) return [["DownwardAPI", true]];
  return serviceAccountToken ? [["TokenExpirationSeconds", serviceAccountToken.expirationSeconds ?? 3600]] : [];
}
