/** Tests that boot machines and pass packets: real libvirt, real Open vSwitch, endpoints in network namespaces. */
@NullMarked
package org.flowstream.qemutests;

import org.jspecify.annotations.NullMarked;
