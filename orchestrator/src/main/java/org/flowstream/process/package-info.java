/**
 * Middleboxes that are processes, the second hypervisor beside libvirt; and the process build as a program for tests and
 * for {@code click}. Always by argument lists.
 */
@DependsOn("host")
@NullMarked
package org.flowstream.process;

import org.flowstream.DependsOn;
import org.jspecify.annotations.NullMarked;
