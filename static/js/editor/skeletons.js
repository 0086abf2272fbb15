/** What is written first? A small document for each part of a scenario, with what could stand in it as comments. Pure. */

const SPEC = `apiVersion: v1
kind: Pod
metadata:
  name: web
spec:
  containers:
  - name: app
    image: app:1.0
    # command: [sh, -c, "sleep 5; exit 1"]
    # readinessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5}
    # resources: {requests: {memory: 64Mi}, limits: {memory: 128Mi}}
`;

const SCENARIO = `apiVersion: nodeviz.dev/v1alpha1
kind: Scenario
spec:
  seed: 1
  # until: 10m
  # jitter: false
  # node:
  #   link: {bandwidth: 50Mi/s, latency: 50ms}
  # registry:
  #   defaultSize: 100Mi
  # behaviors:
  #   "*/app": {runs: [{duration: 5s, exitCode: 1}, {duration: forever}]}
  # actions:
  # - {at: 60s, restartKubelet: node}
`;

const NODE = `apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
# serializeImagePulls: false
# maxParallelImagePulls: 3
# imageGCHighThresholdPercent: 85
# imageGCLowThresholdPercent: 80
# evictionHard: {memory.available: 100Mi, nodefs.available: 10%}
# shutdownGracePeriod: 30s
# featureGates: {}
`;

const SKELETONS = { spec: SPEC, scenario: SCENARIO, node: NODE };

/** A text with a first document for this part behind what is there. */
export function withSkeleton(text, tab) {
  if (!text.trim()) return SKELETONS[tab];
  return `${text}${text.endsWith("\n") ? "" : "\n"}---\n${SKELETONS[tab]}`;
}
