/**
 * Machines, by libvirt: observing them and doing what a plan says.
 *
 * <p>libvirt's calls are made through libvirt-java's bindings, and through {@link org.flowstream.libvirt.MoreLibvirt} for
 * what they lack. libvirt keeps its last error per operating-system thread: an error is read on the thread of the call.
 */
@NullMarked
package org.flowstream.libvirt;

import org.jspecify.annotations.NullMarked;
