@NullMarked
package org.flowstream.document;

import org.jspecify.annotations.NullMarked;
