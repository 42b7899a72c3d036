/** The HTTP interface: resources, their JSON and their errors. */
@NullMarked
package org.flowstream.api;

import org.jspecify.annotations.NullMarked;
