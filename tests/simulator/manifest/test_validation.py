"""Which pods does the API server refuse, and in which words? lifecycle.md, section 19.2: the ids begin with the rule's number."""

import pytest
import yaml

import simulator
from simulator.manifest.validation.quantities import canonical

GPU = "example.com/gpu"
MIN, MAX = "1.27", "1.36"
SIDECAR = "{name: s, image: x, restartPolicy: Always%s}"


def main(fields=""):
    """A pod spec whose one main has these fields on top."""
    return f"containers: [{{name: a, image: x{', ' + fields if fields else ''}}}]"


def init(fields=""):
    return f"initContainers: [{{name: i, image: x{', ' + fields if fields else ''}}}]\n{main()}"


def problems_of(spec, *, kubernetes="1.36", metadata="{name: p}", gates=None):
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\nspec:\n" + "".join(f"  {line}\n" for line in spec.split("\n"))
    if gates:
        text += f"---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nfeatureGates: {gates}\n"
    try:
        simulator.load({"pod.yaml": text}, kubernetes=kubernetes)
    except simulator.ManifestError as error:
        return [f"{problem.path}: {problem.message}" for problem in error.problems]
    return []


LABEL = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-'"
RANGE = "must be between 1 and 65535, inclusive"
ON_INITS = "Forbidden: may not be set for init containers without restartPolicy=Always"
RULES = "restartPolicyRules: [{action: Restart, exitCodes: {operator: In, values: [1]}}]"
MOUNT = "volumeMounts: [{name: v, mountPath: /v%s}]"
VOLUME = "volumes: [{name: v, emptyDir: {}}]\n"


def many(count, entry):
    return ", ".join([entry] * count)


REFUSED = [
    # path, message, spec
    ("3 no containers", "spec.containers", "Required value", "containers: []"),
    ("4 no name", "spec.containers[0].name", "Required value", "containers: [{image: x}]"),
    ("5 a name in capitals", "spec.containers[0].name", f'Invalid value: "My_App": {LABEL}', "containers: [{name: My_App, image: x}]"),
    ("5 a name of 64 letters", "spec.containers[0].name", "must be no more than 63 characters", f"containers: [{{name: {'a' * 64}, image: x}}]"),
    ("6 two mains of one name", "spec.containers[1].name", 'Duplicate value: "a"', "containers: [{name: a, image: x}, {name: a, image: x}]"),
    ("7 an init named like a main", "spec.initContainers[0].name", 'Duplicate value: "a"', "initContainers: [{name: a, image: x}]\n" + main()),
    ("7 two inits of one name", "spec.initContainers[1].name", 'Duplicate value: "i"', "initContainers: [{name: i, image: x}, {name: i, image: x}]\n" + main()),
    ("8 no image", "spec.containers[0].image", "Required value", "containers: [{name: a}]"),
    ("9 an image with spaces", "spec.containers[0].image", "must not have leading or trailing whitespace", "containers: [{name: a, image: ' x'}]"),
    ("10 a policy in small letters", "spec.containers[0].imagePullPolicy",
     'Unsupported value: "always": supported values: "Always", "IfNotPresent", "Never"', main("imagePullPolicy: always")),
    ("11 a message policy", "spec.containers[0].terminationMessagePolicy",
     'Unsupported value: "Logs": supported values: "FallbackToLogsOnError", "File"', main("terminationMessagePolicy: Logs")),
    ("12 a restart policy", "spec.restartPolicy",
     'Unsupported value: "always": supported values: "Always", "OnFailure", "Never"', "restartPolicy: always\n" + main()),
    ("15 a container's restart policy", "spec.containers[0].restartPolicy",
     'Unsupported value: "Sometimes": supported values: "Always", "Never", "OnFailure"', main("restartPolicy: Sometimes")),
    ("16 rules without a policy", "spec.containers[0].restartPolicy",
     "Required value: must specify restartPolicy when restart rules are used", main(RULES)),
    ("17 too many rules", "spec.containers[0].restartPolicyRules", "Too many: 21: must have at most 20 items",
     main(f"restartPolicy: Never, restartPolicyRules: [{many(21, '{action: Restart, exitCodes: {operator: In, values: [1]}}')}]")),
    ("18 an action", "spec.containers[0].restartPolicyRules[0].action", 'Unsupported value: "Stop": supported values: "Restart", "RestartAllContainers"',
     main("restartPolicy: Never, restartPolicyRules: [{action: Stop, exitCodes: {operator: In, values: [1]}}]")),
    ("19 a rule without codes", "spec.containers[0].restartPolicyRules[0].exitCodes", "Required value: must be specified",
     main("restartPolicy: Never, restartPolicyRules: [{action: Restart}]")),
    ("20 an operator", "spec.containers[0].restartPolicyRules[0].exitCodes.operator", 'Unsupported value: "Is": supported values: "In", "NotIn"',
     main("restartPolicy: Never, restartPolicyRules: [{action: Restart, exitCodes: {operator: Is, values: [1]}}]")),
    ("21 too many codes", "spec.containers[0].restartPolicyRules[0].exitCodes.values", "Too many: 256: must have at most 255 items",
     main(f"restartPolicy: Never, restartPolicyRules: [{{action: Restart, exitCodes: {{operator: In, values: [{many(256, '1')}]}}}}]")),
    ("23 lifecycle of a regular init", "spec.initContainers[0].lifecycle", ON_INITS, init("lifecycle: {preStop: {exec: {command: [a]}}}")),
    ("23 liveness of a regular init", "spec.initContainers[0].livenessProbe", ON_INITS, init("livenessProbe: {tcpSocket: {port: 1}}")),
    ("23 readiness of a regular init", "spec.initContainers[0].readinessProbe", ON_INITS, init("readinessProbe: {tcpSocket: {port: 1}}")),
    ("23 startup probe of a regular init", "spec.initContainers[0].startupProbe", ON_INITS, init("startupProbe: {tcpSocket: {port: 1}}")),
    ("24 resize policy of a regular init", "spec.initContainers[0].resizePolicy[0].restartPolicy",
     "must not be set to 'RestartContainer' for non-sidecar initContainers", init("resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]")),
    ("25 resize by restart under Never", "spec.containers[0].resizePolicy", "must be 'NotRequired' when pod `restartPolicy` is 'Never'",
     "restartPolicy: Never\n" + main("resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]")),
    ("26 an empty probe", "spec.containers[0].livenessProbe", "Required value: must specify a handler type", main("livenessProbe: {}")),
    ("27 two handlers", "spec.containers[0].livenessProbe.tcpSocket", "Forbidden: may not specify more than 1 handler type",
     main("livenessProbe: {tcpSocket: {port: 1}, exec: {command: [a]}}")),
    ("28 no command", "spec.containers[0].livenessProbe.exec.command", "Required value", main("livenessProbe: {exec: {}}")),
    ("29 port 0 of httpGet", "spec.containers[0].livenessProbe.httpGet.port", f"Invalid value: 0: {RANGE}", main("livenessProbe: {httpGet: {port: 0}}")),
    ("29 port 70000 of tcpSocket", "spec.containers[0].livenessProbe.tcpSocket.port", f"Invalid value: 70000: {RANGE}",
     main("livenessProbe: {tcpSocket: {port: 70000}}")),
    ("29 port of grpc", "spec.containers[0].livenessProbe.grpc.port", f"Invalid value: 0: {RANGE}", main("livenessProbe: {grpc: {port: 0}}")),
    ("30 a port name too long", "spec.containers[0].livenessProbe.httpGet.port", "must be no more than 15 characters",
     main("livenessProbe: {httpGet: {port: a-very-long-port-name}}")),
    ("31 a scheme", "spec.containers[0].livenessProbe.httpGet.scheme", 'Unsupported value: "http": supported values: "HTTP", "HTTPS"',
     main("livenessProbe: {httpGet: {port: 80, scheme: http}}")),
    *[("32 a negative " + field, f"spec.containers[0].readinessProbe.{field}", "Invalid value: -1: must be greater than or equal to 0",
       main(f"readinessProbe: {{tcpSocket: {{port: 1}}, {field}: -1}}"))
      for field in ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold")],
    ("33 characters", "spec.containers[0].ports[0].name", "must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)",
     main("ports: [{containerPort: 80, name: Web}]")),
    ("33 only digits", "spec.containers[0].ports[0].name", "must contain at least one letter (a-z)", main("ports: [{containerPort: 80, name: '80'}]")),
    ("33 two hyphens", "spec.containers[0].ports[0].name", "must not contain consecutive hyphens", main("ports: [{containerPort: 80, name: a--b}]")),
    ("33 a hyphen at the end", "spec.containers[0].ports[0].name", "must not begin or end with a hyphen", main("ports: [{containerPort: 80, name: a-}]")),
    ("34 liveness twice", "spec.containers[0].livenessProbe.successThreshold", "Invalid value: 2: must be 1",
     main("livenessProbe: {tcpSocket: {port: 1}, successThreshold: 2}")),
    ("34 startup twice", "spec.containers[0].startupProbe.successThreshold", "Invalid value: 2: must be 1",
     main("startupProbe: {tcpSocket: {port: 1}, successThreshold: 2}")),
    ("35 a grace of readiness", "spec.containers[0].readinessProbe.terminationGracePeriodSeconds", "Invalid value: 5: must not be set for readinessProbes",
     main("readinessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 5}")),
    ("36 no grace of liveness", "spec.containers[0].livenessProbe.terminationGracePeriodSeconds", "Invalid value: 0: must be greater than 0",
     main("livenessProbe: {tcpSocket: {port: 1}, terminationGracePeriodSeconds: 0}")),
    ("37 an empty hook", "spec.containers[0].lifecycle.postStart", "Required value: must specify a handler type", main("lifecycle: {postStart: {}}")),
    ("37 a hook with two handlers", "spec.containers[0].lifecycle.preStop.sleep", "Forbidden: may not specify more than 1 handler type",
     main("lifecycle: {preStop: {sleep: {seconds: 1}, exec: {command: [a]}}}")),
    ("38 a sleep longer than the grace", "spec.containers[0].lifecycle.preStop.sleep",
     "Invalid value: 31: must be non-negative and less than terminationGracePeriodSeconds (30)", main("lifecycle: {preStop: {sleep: {seconds: 31}}}")),
    ("41 no container port", "spec.containers[0].ports[0].containerPort", "Required value", main("ports: [{hostPort: 80}]")),
    ("41 a container port", "spec.containers[0].ports[0].containerPort", f"Invalid value: 70000: {RANGE}", main("ports: [{containerPort: 70000}]")),
    ("42 a host port", "spec.containers[0].ports[0].hostPort", f"Invalid value: 70000: {RANGE}", main("ports: [{containerPort: 80, hostPort: 70000}]")),
    ("42 one host port twice", "spec.containers[1].ports[0].hostPort", 'Duplicate value: "TCP//8080"',
     "containers: [{name: a, image: x, ports: [{containerPort: 80, hostPort: 8080}]}, {name: b, image: x, ports: [{containerPort: 81, hostPort: 8080}]}]"),
    ("43 a host port on the host's network", "spec.containers[0].ports[0].hostPort",
     "Invalid value: 81: must match `containerPort` when `hostNetwork` is true", "hostNetwork: true\n" + main("ports: [{containerPort: 80, hostPort: 81}]")),
    ("44 a port name twice", "spec.containers[0].ports[1].name", 'Duplicate value: "web"',
     main("ports: [{containerPort: 80, name: web}, {containerPort: 81, name: web}]")),
    ("45 a protocol", "spec.containers[0].ports[0].protocol", 'Unsupported value: "tcp": supported values: "SCTP", "TCP", "UDP"',
     main("ports: [{containerPort: 80, protocol: tcp}]")),
    ("46 no variable name", "spec.containers[0].env[0].name", "Required value", main("env: [{value: x}]")),
    ("46 a variable name", "spec.containers[0].env[0].name",
     "a valid environment variable name must consist only of printable ASCII characters other than '='", main("env: [{name: 'A=B', value: x}]")),
    ("47 value and source", "spec.containers[0].env[0].valueFrom", 'Invalid value: "": may not be specified when `value` is not empty',
     main("env: [{name: A, value: x, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]")),
    ("47 no source", "spec.containers[0].env[0].valueFrom", 'Invalid value: "": must specify one of: `fieldRef`', main("env: [{name: A, valueFrom: {}}]")),
    ("47 two sources", "spec.containers[0].env[0].valueFrom", 'Invalid value: "": may not have more than one field specified at a time',
     main("env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}, secretKeyRef: {name: s, key: k}}}]")),
    ("48 a secret without key", "spec.containers[0].env[0].valueFrom.secretKeyRef.key", "Required value",
     main("env: [{name: A, valueFrom: {secretKeyRef: {name: s}}}]")),
    ("49 a mount without name", "spec.containers[0].volumeMounts[0].name", "Required value", main("volumeMounts: [{mountPath: /v}]")),
    ("49 a mount without volume", "spec.containers[0].volumeMounts[0].name", 'Not found: "v"', main(MOUNT % "")),
    ("50 no mount path", "spec.containers[0].volumeMounts[0].mountPath", "Required value", VOLUME + main("volumeMounts: [{name: v}]")),
    ("50 a mount path twice", "spec.containers[0].volumeMounts[1].mountPath", 'Invalid value: "/v": must be unique',
     VOLUME + main("volumeMounts: [{name: v, mountPath: /v}, {name: v, mountPath: /v}]")),
    ("51 an absolute subPath", "spec.containers[0].volumeMounts.subPath", 'Invalid value: "/a": must be a relative path',
     VOLUME + main(MOUNT % ", subPath: /a")),
    ("51 a subPath that climbs", "spec.containers[0].volumeMounts.subPath", "Invalid value: \"a/../b\": must not contain '..'",
     VOLUME + main(MOUNT % ", subPath: a/../b")),
    ("52 subPath twice", "spec.containers[0].volumeMounts[0].subPathExpr", "subPathExpr and subPath are mutually exclusive",
     VOLUME + main(MOUNT % ", subPath: a, subPathExpr: b")),
    ("53 no volume name", "spec.volumes[0].name", "Required value", "volumes: [{emptyDir: {}}]\n" + main()),
    ("53 a volume name", "spec.volumes[0].name", f'Invalid value: "V": {LABEL}', "volumes: [{name: V, emptyDir: {}}]\n" + main()),
    ("53 a volume twice", "spec.volumes[1].name", 'Duplicate value: "v"', "volumes: [{name: v, emptyDir: {}}, {name: v, emptyDir: {}}]\n" + main()),
    ("54 two volume types", "spec.volumes[0].secret", "Forbidden: may not specify more than 1 volume type",
     "volumes: [{name: v, emptyDir: {}, secret: {secretName: s}}]\n" + main()),
    ("55 a secret without name", "spec.volumes[0].secret.secretName", "Required value", "volumes: [{name: v, secret: {}}]\n" + main()),
    ("55 a config map without name", "spec.volumes[0].configMap.name", "Required value", "volumes: [{name: v, configMap: {}}]\n" + main()),
    ("55 a claim without name", "spec.volumes[0].persistentVolumeClaim.claimName", "Required value",
     "volumes: [{name: v, persistentVolumeClaim: {}}]\n" + main()),
    ("55 a host path without path", "spec.volumes[0].hostPath.path", "Required value", "volumes: [{name: v, hostPath: {}}]\n" + main()),
    ("56 a host path type", "spec.volumes[0].hostPath.type", 'Unsupported value: "Dir": supported values: "", "BlockDevice"',
     "volumes: [{name: v, hostPath: {path: /x, type: Dir}}]\n" + main()),
    ("57 a decimal mode", "spec.volumes[0].secret.defaultMode", "Invalid value: 777: must be a number between 0 and 0777 (octal), both inclusive",
     "volumes: [{name: v, secret: {secretName: s, defaultMode: 777}}]\n" + main()),
    ("57 a mode of an item", "spec.volumes[0].configMap.items[0].mode", "must be a number between 0 and 0777 (octal)",
     "volumes: [{name: v, configMap: {name: c, items: [{key: k, path: p, mode: 4095}]}}]\n" + main()),
    ("58 a negative size limit", "spec.volumes[0].emptyDir.sizeLimit", "Forbidden: SizeLimit field must be a valid resource quantity",
     "volumes: [{name: v, emptyDir: {sizeLimit: -1}}]\n" + main()),
    ("59 a request over its limit", "spec.containers[0].resources.requests", 'Invalid value: "1500m": must be less than or equal to cpu limit of 1',
     main("resources: {requests: {cpu: 1.5}, limits: {cpu: 1000m}}")),
    ("60 an extended request without limit", "spec.containers[0].resources.limits", "Required value: Limit must be set for non overcommitable resources",
     main(f"resources: {{requests: {{{GPU}: 1}}}}")),
    ("60 an extended request below its limit", "spec.containers[0].resources.requests", f'Invalid value: "1": must be equal to {GPU} limit of 2',
     main(f"resources: {{requests: {{{GPU}: 1}}, limits: {{{GPU}: 2}}}}")),
    ("61 a negative limit", "spec.containers[0].resources.limits[cpu]", 'Invalid value: "-1": must be greater than or equal to 0',
     main("resources: {limits: {cpu: -1}}")),
    ("62 gpu without vendor", "spec.containers[0].resources.limits[gpu]", 'Invalid value: "gpu": must be a standard resource for containers',
     main("resources: {limits: {gpu: 1}}")),
    ("62 an extended name", "spec.containers[0].resources.limits[requests.x.io/y]", "doesn't follow extended resource name standard",
     main("resources: {limits: {requests.x.io/y: 1}}")),
    ("63 huge pages alone", "spec.containers[0].resources", "Forbidden: HugePages require cpu or memory",
     main("resources: {limits: {hugepages-2Mi: 2Mi}}")),
    ("64 a pod request below its containers", "spec.resources.requests[cpu]",
     'Invalid value: "1": must be greater than or equal to aggregate container requests of 1500m',
     "resources: {requests: {cpu: 1}}\n" + main("resources: {requests: {cpu: 1500m}}")),
    ("65 a container limit over the pod's", "spec.resources.containers[0][memory].limits", '"2Gi": must be less than or equal to pod limits of 1Gi',
     "resources: {limits: {memory: 1Gi}}\n" + main("resources: {limits: {memory: 2048Mi}}")),
    ("66 claims of the pod", "spec.resources.claims", "Forbidden: claims may not be set for Resources at pod-level",
     "resources: {claims: [{name: c}]}\n" + main()),
    ("67 hostNetwork in a user namespace", "spec.hostNetwork", "Forbidden: when `hostUsers` is false", "hostUsers: false\nhostNetwork: true\n" + main()),
    ("67 hostPID in a user namespace", "spec.HostPID", "Forbidden: when `hostUsers` is false", "hostUsers: false\nhostPID: true\n" + main()),
    ("67 hostIPC in a user namespace", "spec.HostIPC", "Forbidden: when `hostUsers` is false", "hostUsers: false\nhostIPC: true\n" + main()),
    ("68 devices in a user namespace", "spec.containers[0].volumeDevices", "Forbidden: when `hostUsers` is false",
     "hostUsers: false\n" + main("volumeDevices: [{name: d, devicePath: /dev/x}]")),
    ("69 a shared process namespace", "spec.securityContext.shareProcessNamespace",
     "Invalid value: true: ShareProcessNamespace and HostPID cannot both be enabled", "hostPID: true\nshareProcessNamespace: true\n" + main()),
    ("70 privileged without escalation", "spec.containers[0].securityContext",
     "cannot set `allowPrivilegeEscalation` to false and `privileged` to true", main("securityContext: {privileged: true, allowPrivilegeEscalation: false}")),
    ("71 a negative user", "spec.securityContext.runAsUser", "Invalid value: -1: must be between 0 and 2147483647, inclusive",
     "securityContext: {runAsUser: -1}\n" + main()),
    ("72 no time at all", "spec.activeDeadlineSeconds", "Invalid value: 0: must be between 1 and 2147483647, inclusive", "activeDeadlineSeconds: 0\n" + main()),
    ("74 a node before the gates", "spec.nodeName", "Forbidden: cannot be set until all schedulingGates have been cleared",
     "nodeName: node-a\nschedulingGates: [{name: example.com/wait}]\n" + main()),
    ("75 ephemeral containers at birth", "spec.ephemeralContainers", "Forbidden: cannot be set on create",
     "ephemeralContainers: [{name: d, image: x}]\n" + main()),
    ("79 a DNS policy", "spec.dnsPolicy", 'Unsupported value: "none": supported values: "ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"',
     "dnsPolicy: none\n" + main()),
    ("79 no DNS at all", "spec.dnsConfig", "Required value: must provide `dnsConfig` when `dnsPolicy` is None", "dnsPolicy: None\n" + main()),
    ("80 a host name", "spec.hostname", f'Invalid value: "Web_1": {LABEL}', "hostname: Web_1\n" + main()),
    ("81 an address", "spec.hostAliases[0].ip", 'Invalid value: "1.2.3": must be a valid IP address', "hostAliases: [{ip: 1.2.3, hostnames: [a]}]\n" + main()),
    ("82 a toleration without key", "spec.tolerations[0].operator", "operator must be Exists when `key` is empty", "tolerations: [{value: x}]\n" + main()),
    ("82 seconds without NoExecute", "spec.tolerations[0].effect", "effect must be 'NoExecute' when `tolerationSeconds` is set",
     "tolerations: [{key: k, operator: Exists, effect: NoSchedule, tolerationSeconds: 3}]\n" + main()),
    ("83 a node selector", "spec.nodeSelector", 'Invalid value: "-x-"', "nodeSelector: {disk: -x-}\n" + main()),
    ("84 an override on the host's network", "spec.hostnameOverride", "Forbidden: may not be specified when `hostNetwork` is true",
     "hostnameOverride: web\nhostNetwork: true\n" + main()),
    ("84 a long override", "spec.hostnameOverride", "Too long: may not be more than 64 bytes", f"hostnameOverride: {'a' * 65}\n" + main()),
]  # fmt: skip


@pytest.mark.parametrize(("path", "message", "spec"), [pytest.param(*row[1:], id=row[0]) for row in REFUSED])
def test_refused(path, message, spec):
    problems = problems_of(spec)

    assert any(problem.startswith(f"{path}: ") and message in problem for problem in problems), problems


ACCEPTED = [
    ("1 a name with dots", main()),
    ("9 an image by digest", "containers: [{name: a, image: 'x@sha256:" + "0" * 64 + "'}]"),
    ("12 an empty restart policy", "restartPolicy: ''\n" + main()),
    ("15 a container's own policy", main("restartPolicy: OnFailure")),
    ("15 OnFailure on an init", init("restartPolicy: OnFailure")),
    ("16 rules with a policy", main("restartPolicy: Never, " + RULES)),
    ("18 all containers again",
     main("restartPolicy: Never, restartPolicyRules: [{action: RestartAllContainers, exitCodes: {operator: NotIn, values: [0]}}]")),
    ("22 rules of a sidecar", f"initContainers: [{SIDECAR % (', ' + RULES)}]\n{main()}"),
    ("23 probes and hooks of a sidecar",
     f"initContainers: [{SIDECAR % ', livenessProbe: {tcpSocket: {port: 1}}, lifecycle: {postStart: {exec: {command: [a]}}}'}]\n{main()}"),
    ("24 resize policy of a sidecar", f"initContainers: [{SIDECAR % ', resizePolicy: [{resourceName: cpu, restartPolicy: RestartContainer}]'}]\n{main()}"),
    ("29 a port by name", main("livenessProbe: {httpGet: {port: http}}")),
    ("32 zero means the default", main("livenessProbe: {tcpSocket: {port: 1}, periodSeconds: 0, timeoutSeconds: 0}")),
    ("34 readiness twice", main("readinessProbe: {tcpSocket: {port: 1}, successThreshold: 2}")),
    ("36 a long grace", "terminationGracePeriodSeconds: 9\n" + main("livenessProbe: {exec: {command: [a]}, terminationGracePeriodSeconds: 600}")),
    ("38 a sleep as long as the grace", main("lifecycle: {preStop: {sleep: {seconds: 30}}}")),
    ("39 a sleep of nothing", main("lifecycle: {preStop: {sleep: {seconds: 0}}}")),
    ("42 one port, two protocols", main("ports: [{containerPort: 80, hostPort: 80}, {containerPort: 80, hostPort: 80, protocol: UDP}]")),
    ("46 a relaxed variable name", main("env: [{name: '0 strange-name!', value: x}]")),
    ("49 a sidecar mounts", VOLUME + f"initContainers: [{SIDECAR % (', ' + MOUNT % '')}]\n{main()}"),
    ("54 a volume without type is an emptyDir", "volumes: [{name: v}]\n" + main(MOUNT % "")),
    ("57 an octal mode", "volumes: [{name: v, secret: {secretName: s, defaultMode: 0777}}]\n" + main()),
    ("59 a request equal to its limit", main("resources: {requests: {memory: 1024Mi}, limits: {memory: 1Gi}}")),
    ("60 an extended limit is its own request", main(f"resources: {{limits: {{{GPU}: 1}}}}")),
    ("64 a pod request that covers its containers", "resources: {requests: {cpu: 2}}\n" + main("resources: {requests: {cpu: 1500m}}")),
    ("67 a user namespace", "hostUsers: false\n" + main()),
    ("73 no grace", "terminationGracePeriodSeconds: 0\n" + main()),
    ("73 a negative grace", "terminationGracePeriodSeconds: -5\n" + main()),
    ("79 a DNS of one's own", "dnsPolicy: None\ndnsConfig: {nameservers: [10.0.0.1]}\n" + main()),
    ("81 an address of version 6", "hostAliases: [{ip: 'fe80::1', hostnames: [a.b]}]\n" + main()),
    ("82 everything is tolerated", "tolerations: [{operator: Exists}]\n" + main()),
    ("84 a host name of one's own", "hostnameOverride: web\n" + main()),
    ("a sidecar as the only init", f"initContainers: [{SIDECAR % ''}]\n{main()}"),
    ("nulls are nothing", "volumes: null\nnodeSelector:\n" + main("command: null, env: [], livenessProbe: null")),
]  # fmt: skip


@pytest.mark.parametrize("spec", [pytest.param(spec, id=name) for name, spec in ACCEPTED])
def test_accepted(spec):
    assert problems_of(spec) == []


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        pytest.param("{name: web.example-1}", "", id="1 dots and hyphens"),
        pytest.param("{name: My_Pod}", 'metadata.name: Invalid value: "My_Pod": a lowercase RFC 1123 subdomain', id="1 capitals"),
        pytest.param("{}", "metadata.name: Required value: name or generateName is required", id="1 no name"),
        pytest.param("{generateName: web-}", "", id="1 a generated name"),
        pytest.param("{name: a, namespace: My_Space}", f'metadata.namespace: Invalid value: "My_Space": {LABEL}', id="1 a namespace"),
        pytest.param("{name: a, labels: {app: -x}}", 'metadata.labels: Invalid value: "-x": a valid label must be an empty string', id="2 a label's value"),
        pytest.param("{name: a, labels: {'a b': x}}", 'metadata.labels: Invalid value: "a b": name part must consist', id="2 a label's key"),
        pytest.param("{name: a, labels: {example.com/app: x_y.z, empty: ''}}", "", id="2 labels"),
        pytest.param("{name: a, annotations: {'a b': x}}", 'metadata.annotations: Invalid value: "a b"', id="2 an annotation's key"),
    ],
)
def test_metadata(metadata, expected):
    problems = problems_of(main(), metadata=metadata)

    assert [problem[: len(expected)] for problem in problems] == ([expected] if expected else [])


FORBIDDEN = "spec.containers[0].restartPolicy: Forbidden: may not be set for non-init containers"
ONLY_ALWAYS = 'spec.initContainers[0].restartPolicy: Unsupported value: "OnFailure": supported values: "Always"'
NO_ZERO = "must be greater than 0 and less than terminationGracePeriodSeconds (30). Enable AllowPodLifecycleSleepActionZeroValue feature gate for zero sleep."


@pytest.mark.parametrize(
    ("spec", "kubernetes", "gates", "expected"),
    [
        pytest.param(main("restartPolicy: Always"), "1.34", None, [FORBIDDEN], id="13 a main has no policy of its own up to 1.34"),
        pytest.param(main("restartPolicy: Always"), "1.34", "{ContainerRestartRules: true}", [], id="13 unless the gate is on"),
        pytest.param(main("restartPolicy: Always"), "1.35", None, [], id="13 and from 1.35 on"),
        pytest.param(main("restartPolicy: Always"), "1.35", "{ContainerRestartRules: false}", [FORBIDDEN], id="13 unless the gate is off"),
        pytest.param(init("restartPolicy: OnFailure"), "1.34", None, [ONLY_ALWAYS], id="14 an init has only Always up to 1.34"),
        pytest.param(init("restartPolicy: OnFailure"), "1.34", "{ContainerRestartRules: true}", [], id="14 unless the gate is on"),
        pytest.param(init("restartPolicy: OnFailure"), "1.28", None, [], id="14 in 1.28 the field is dropped"),
        pytest.param(
            main("lifecycle: {preStop: {sleep: {seconds: 0}}}"),
            "1.32",
            None,
            [f"spec.containers[0].lifecycle.preStop.sleep: Invalid value: 0: {NO_ZERO}"],
            id="39 no sleep of zero seconds up to 1.32",
        ),
        pytest.param(
            main("lifecycle: {preStop: {sleep: {seconds: 5}}}"),
            "1.29",
            None,
            ["spec.containers[0].lifecycle.preStop: Required value: must specify a handler type"],
            id="37 in 1.29 the sleep is dropped and leaves an empty hook",
        ),
        pytest.param(
            main("lifecycle: {stopSignal: SIGUSR1}"),
            "1.36",
            "{ContainerStopSignals: true}",
            ["spec.containers[0].lifecycle.stopSignal: Forbidden: may not be set for containers with empty `spec.os.name`"],
            id="40 a stop signal needs an operating system",
        ),
        pytest.param("os: {name: linux}\n" + main("lifecycle: {stopSignal: SIGUSR1}"), "1.36", "{ContainerStopSignals: true}", [], id="40 a stop signal"),
        pytest.param(
            main("env: [{name: 0A, value: x}]"),
            "1.31",
            None,
            [
                'spec.containers[0].env[0].name: Invalid value: "0A": a valid environment variable name must consist of alphabetic characters, digits, '
                "'_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', "
                "regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')"
            ],
            id="46 a variable begins with a letter up to 1.31",
        ),
        pytest.param(
            "volumes: [{name: v, image: {reference: x}}]\n" + main(),
            "1.34",
            None,
            ["spec.volumes[0]: Required value: must specify a volume type"],
            id="54 in 1.34 the image is dropped and leaves no volume type",
        ),
        pytest.param(
            "resources: {requests: {cpu: 1}}\n" + main("resources: {requests: {cpu: 2}}"), "1.33", None, [], id="64 in 1.33 the pod's resources are dropped"
        ),
        pytest.param("hostUsers: false\nhostPID: true\n" + main(), "1.29", None, ["spec.HostPID: Forbidden: when `hostUsers` is false"], id="67"),
    ],
)
def test_versions_and_gates(spec, kubernetes, gates, expected):
    assert problems_of(spec, kubernetes=kubernetes, gates=gates) == expected


def test_22_rules_of_a_sidecar_need_the_gate_of_all_containers():
    spec = f"initContainers: [{SIDECAR % (', ' + RULES)}]\n{main()}"

    assert problems_of(spec, kubernetes="1.35") == [
        "spec.initContainers[0].restartPolicyRules: Forbidden: restartPolicyRules are not allowed for init containers with restart policy Always"
    ]


@pytest.mark.parametrize(
    ("kubernetes", "field", "warning"),
    [
        pytest.param(
            "1.27", "initContainers: [{name: s, image: x, restartPolicy: Always}]", "the field exists from Kubernetes 1.28 on, this is 1.27", id="1.27"
        ),
        pytest.param("1.28", "initContainers: [{name: s, image: x, restartPolicy: Always}]", "the feature gate SidecarContainers is off", id="1.28"),
        pytest.param("1.36", "initContainers: [{name: s, image: x, restartPolicy: Always}]", None, id="1.36"),
    ],
)
def test_a_field_that_the_version_drops_is_a_warning_and_not_there(kubernetes, field, warning):
    text = f"apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec:\n  {field}\n  {main()}\n"

    scenario = simulator.load({"pod.yaml": text}, kubernetes=kubernetes)

    assert [warning in line for line in scenario.warnings] == ([True] if warning else [])
    assert scenario.pods[0].init_containers[0].is_sidecar is (warning is None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000m", "1"),
        ("0.5", "500m"),
        ("1.5Gi", "1536Mi"),
        ("1024Mi", "1Gi"),
        ("0.1Ki", "102400m"),
        ("100", "100"),
        ("1000", "1k"),
        ("1023Ki", "1023Ki"),
        ("0", "0"),
        ("-2", "-2"),
        ("1e3", "1e3"),
    ],
)
def test_quantities_are_printed_in_their_canonical_form(text, expected):
    assert canonical(text) == expected


def test_every_rule_of_the_table_that_concerns_creation_has_a_row():
    named = {int(row[0].split()[0]) for row in REFUSED}
    elsewhere = {1, 2, 13, 14, 22, 39, 40, 46, 73, 76, 77, 78, 85, 86, 87}

    assert named | elsewhere == set(range(1, 88))


def test_a_template_is_checked_like_a_pod_under_its_own_path():
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "d"},
        "spec": {
            "selector": {"matchLabels": {"a": "b"}},
            "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "x", "livenessProbe": {}}]}},
        },
    }

    with pytest.raises(simulator.ManifestError) as caught:
        simulator.load({"d.yaml": yaml.safe_dump(deployment)})

    assert [problem.path for problem in caught.value.problems] == ["spec.template.spec.containers[0].livenessProbe"]
