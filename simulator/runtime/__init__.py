"""What a container runtime does when the kubelet calls it over the CRI: sandboxes, containers and their processes, images, disks."""
