package dev.culvert.plugin.protocol.http;

import dev.culvert.spi.HttpError;
import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the bytes of a request's head before anybody parses them, and refuses what two readers could read in two ways:
 * line ends other than CRLF, control characters, folded fields, a request line of other than three words (RFC 9112,
 * sections 2.2, 3 and 5.2). Goes on where it stopped when more bytes come. One for each connection.
 */
final class RequestHead implements ByteProcessor {

    private static final byte CR = '\r';
    private static final byte LF = '\n';

    /** RFC 9112, section 2.3; 0 stands for any digit. */
    private static final String VERSION = "HTTP/0.0";

    private final int maxHead;
    private final int maxTarget;
    private final int maxFields;

    private int bytes;
    private int lines;
    private int lineBytes;
    private int spaces;
    private int versionBytes;
    private byte last;
    private boolean complete;
    private @Nullable HttpError fault;

    RequestHead(Limits limits) {
        this.maxHead = (int) limits.maxHead().bytes();
        this.maxTarget = (int) limits.maxTarget().bytes();
        this.maxFields = limits.maxFields();
    }

    /**
     * Looks at what is new in a buffer that begins with the head.
     *
     * @return whether the head is complete or at fault
     */
    boolean look(ByteBuf in) {
        in.forEachByte(in.readerIndex() + bytes, in.readableBytes() - bytes, this);
        return complete || fault != null;
    }

    /** What is wrong with it, if anything. */
    @Nullable
    HttpError fault() {
        return fault;
    }

    /** Whether anything of it has come. */
    boolean begun() {
        return bytes > 0;
    }

    /** The next one begins. */
    void reset() {
        bytes = 0;
        lines = 0;
        lineBytes = 0;
        spaces = 0;
        versionBytes = 0;
        last = 0;
        complete = false;
    }

    @Override
    public boolean process(byte next) {
        bytes++;
        if (last == CR ^ next == LF) {
            fault = HttpError.BAD_REQUEST; // one without the other
        } else if (bytes > maxHead) {
            fault = HttpError.HEAD_TOO_LARGE;
        } else if (next == LF) {
            endOfLine();
        } else if (next != CR) {
            lineBytes++;
            fault = lines == 0 ? ofRequestLine(next) : ofField(next);
        }
        last = next;
        return fault == null && !complete;
    }

    private void endOfLine() {
        if (lines == 0) {
            if (spaces != 2 || versionBytes != VERSION.length()) {
                fault = HttpError.BAD_REQUEST;
            }
        } else if (lineBytes == 0) {
            complete = true;
        } else if (lines > maxFields) {
            fault = HttpError.HEAD_TOO_LARGE;
        }
        lines++;
        lineBytes = 0;
    }

    private @Nullable HttpError ofRequestLine(byte next) {
        if (next == ' ') {
            spaces++;
            return lineBytes == 1 || last == ' ' ? HttpError.BAD_REQUEST : null;
        }
        if (spaces == 2 && !continuesVersion(next)) {
            return HttpError.BAD_REQUEST;
        }
        if (lineBytes > maxTarget) {
            return HttpError.TARGET_TOO_LONG;
        }
        return next < ' ' || next == 0x7f ? HttpError.BAD_REQUEST : null; // negative: beyond ASCII
    }

    private boolean continuesVersion(byte next) {
        if (versionBytes == VERSION.length()) {
            return false;
        }
        char wanted = VERSION.charAt(versionBytes++);
        return wanted == '0' ? next >= '0' && next <= '9' : next == wanted;
    }

    private @Nullable HttpError ofField(byte next) {
        boolean blank = next == ' ' || next == '\t';
        if (lineBytes == 1 && blank) {
            return HttpError.BAD_REQUEST; // folded
        }
        return next >= 0 && next < ' ' && !blank || next == 0x7f ? HttpError.BAD_REQUEST : null;
    }
}
