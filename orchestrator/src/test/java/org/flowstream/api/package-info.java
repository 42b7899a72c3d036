/** Tests of the HTTP interface, over real sockets. */
@NullMarked
package org.flowstream.api;

import org.jspecify.annotations.NullMarked;
